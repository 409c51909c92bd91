#include "tests/fakes/authority.h"

#include <gtest/gtest.h>

#include "src/base/file.h"
#include "tests/fakes/shell.h"

namespace heed {

Authority::Authority() {
  const char* config =
      "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\ncerts = ca.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n"
      "default_policy = 1.2.3.4.1\ndigests = sha256, sha512\naccuracy = secs:1\nordering = yes\ness_cert_id_alg = sha256\n"
      "[ca]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\n[stamps]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
      "[req]\ndistinguished_name = dn\n[dn]\n";
  EXPECT_TRUE(WriteFile(folder_ / "tsa.cnf", config));
  EXPECT_TRUE(WriteFile(folder_ / "serial", "01\n"));
  const Shell made = InShell(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=Oakmoor Test Root' -config tsa.cnf -extensions ca &&"
      "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj '/O=Oakmoor/CN=Oakmoor Test Authority' -config tsa.cnf &&"
      "openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 30 -extfile tsa.cnf -extensions stamps",
      folder_.path());
  EXPECT_EQ(made.code, 0) << made.out;
}

std::string Authority::Reply(const std::string& query) const {
  EXPECT_TRUE(WriteFile(folder_ / "query.tsq", query));
  const Shell replied = InShell("openssl ts -reply -config tsa.cnf -queryfile query.tsq -out reply.tsr", folder_.path());
  EXPECT_EQ(replied.code, 0) << replied.out;
  return ReadFile(folder_ / "reply.tsr").value_or("");
}

}  // namespace heed
