// A file, played for the conformance suite: the parts that hold for a connector without a network.
#include "connectors/file/file.h"
#include "src/base/file.h"
#include "tests/connectors/conformance.h"
#include "tests/fakes/temp_folder.h"

namespace heed {
namespace {

class FileImitation final : public Imitation {
 public:
  Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer&, int, ConnectorTools tools) override {
    SourceSpec spec{"import", school.id, "file", {}};
    spec.settings["path"] = folder_ / "posts.jsonl";
    return kFileCard.make(spec, school, tools);
  }
  void Hold(std::vector<InventedPost> posts) override {
    JsonWriter out;
    std::string lines;
    for (const auto& post : posts) {
      out.Object().Field("native_id", post.number).Field("permalink", "https://news.example/" + std::to_string(post.number)).Field("author", "@sam");
      out.Field("text", post.text).Field("created_at", FormatRfc3339(post.at)).Field("visibility", post.is_public ? "public" : "private").EndObject();
      lines += out.Take() + "\n";
    }
    ASSERT_TRUE(WriteFile(folder_ / "posts.jsonl", lines));
  }
  Answer Serve(const SeenRequest&) override { return Answer::Status(404); }
  bool AsksForPosts(const SeenRequest&) const override { return false; }
  bool SpeaksHttp() const override { return false; }
  bool SearchesByTerm() const override { return false; }

 private:
  TempFolder folder_;
};

std::unique_ptr<Imitation> New() { return std::make_unique<FileImitation>(); }

INSTANTIATE_TEST_SUITE_P(File, Conformance, testing::Values(ConformanceEntry{"file", &New}), [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace heed
