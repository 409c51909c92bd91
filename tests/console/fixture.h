// A console with two schools, people of every role and a few cases, and a browser to visit it with; no network.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/access/gate.h"
#include "src/console/console.h"
#include "src/store/store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_folder.h"

namespace heed {

using Form = std::vector<std::pair<std::string, std::string>>;

class ConsoleTest : public ::testing::Test {
 protected:
  void SetUp() override;
  // A console anew, with what the test changed in `change`.
  void Build(const std::function<void(ConsoleParts&)>& change = nullptr);
  // A flagged post of a school, as a case; its number.
  CaseId Keep(const std::string& school, Post post, std::vector<Hit> hits = {});
  Post APost(std::string_view id, std::string_view text);
  // Whether Keep() signs the words, as a scan does, so that posts that say nearly the same come in bursts.
  bool signed_words_ = false;
  // A person with these roles, "id" also the name.
  void AddPerson(const std::string& id, std::vector<Grant> grants);

  // Somebody with cookies.
  struct Browser {
    ConsoleTest& test;
    std::map<std::string, std::string> cookies;
    std::string host = "127.0.0.1:8420", peer = "192.0.2.1";
    std::vector<std::pair<std::string, std::string>> extra;  // headers of every request

    http::Response Send(const std::string& method, const std::string& target, const std::string& body = "", const std::string& type = "");
    http::Response Get(const std::string& target) { return Send("GET", target); }
    // With the form token of the page it is on, unless the form has one.
    http::Response Post(const std::string& target, Form form = {});
    // As a link sends it; by default with the form token of `page`, which is looked at first.
    // With files: field, file name, bytes.
    struct Sent {
      std::string field, name, bytes;
    };
    http::Response Upload(const std::string& target, const Form& form, const std::vector<Sent>& files);
    http::Response PostFrom(const std::string& page, const std::string& target, Form form = {});
    std::string csrf;  // of the last page seen
  };
  Browser Anybody() { return Browser{*this}; }
  Browser SignedIn(const std::string& id);

  TempFolder folder_;
  FakeClock clock_{"2031-03-02 08:00"};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Console> console_;
  std::vector<SourceHealth> sources_;
  EntryView entry_;                  // what the lexicons say of "abuse.clown"
  std::vector<std::string> edits_;   // what was done to the lexicons: "propose threat.x", "shadow abuse.clown: why"
  std::vector<EntryDraft> drafts_;   // what was proposed
  std::vector<DraftMistake> draft_mistakes_;  // not empty: what would be wrong with it
  std::string lexicon_mistake_;      // not empty: why they would not be right any more

  // What the evidence door was asked, and what it answers.
  std::vector<TipGiven> tips_;
  std::vector<PackAsked> packs_asked_;
  std::vector<CaptureGiven> captures_;
  std::map<std::string, TipTold> tips_told_;
  std::map<std::string, PackTold> packs_told_;
  std::vector<KeptBytes> files_;
};

// One case, "run by clowns", at Oakmoor: amina does triage there, head is its headteacher.
class OneCaseTest : public ConsoleTest {
 protected:
  void SetUp() override;
  std::string Path(const std::string& rest = "") const { return "/cases/" + std::to_string(id_) + rest; }
  // A form of the page it is on, with the moment that page was made at.
  http::Response Submit(Browser& browser, const std::string& page, const std::string& target, Form form);
  Case Now() { return *store_->FindCase(id_); }
  CaseId id_ = 0;
};

}  // namespace heed
