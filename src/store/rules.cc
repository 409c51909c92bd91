// The rules' record: counted in the same batch as the page or the decision, so it never drifts from what is kept.
#include <set>

#include "src/base/check.h"
#include "src/store/impl.h"

namespace heed {
namespace {

// The rules that flagged a post, each once.
std::set<std::string_view> RulesOf(const Assessment& assessment) {
  std::set<std::string_view> rules;
  for (const auto& hit : assessment.hits) rules.insert(hit.rule);
  return rules;
}

struct NumberedStretch {
  std::uint64_t number = 0;
  RuleStretch stretch;
};

Result<std::vector<NumberedStretch>> Stretches(const Moment& now) {
  std::vector<NumberedStretch> all;
  const auto rows = now.Walk(keys::kRules);
  for (rows->Seek(AsSlice(keys::kStretchPrefix)); rows->Valid() && rows->key().starts_with(AsSlice(keys::kStretchPrefix)); rows->Next())
    all.push_back({keys::ReadU64(AsText(rows->key()), 1), HEED_TRY(Named(DecodeRuleStretch(AsText(rows->value())), "a stretch of the rules' record"))});
  HEED_TRY(Check(*rows));
  return all;
}

}  // namespace

Result<RuleRecord*> RuleBook::Of(std::string_view school, std::string_view rule) {
  std::string key = keys::Rule(school, rule);
  const auto found = rows_.find(key);
  if (found != rows_.end()) return &found->second;
  RuleRecord record;
  if (const auto bytes = HEED_TRY(now_.Get(keys::kRules, key))) record = HEED_TRY(Named(DecodeRuleRecord(*bytes), "the record of rule " + std::string(rule)));
  return &rows_.emplace(std::move(key), record).first->second;
}

Done RuleBook::Count(std::string_view school, const Assessment& assessment) {
  // An edit that took every word out, the school's name among them, was not judged.
  if (!assessment.mention.mentions && assessment.could_not_judge.empty()) return {};
  // What people pick out and hand in is no measure of how often a rule fires among posts as they come.
  const bool as_it_came = !IsHandedIn(assessment);
  counted_.posts += as_it_came;
  for (const auto rule : RulesOf(assessment)) {
    ++HEED_TRY(Of(school, rule))->fired;
    if (as_it_came) ++counted_.fired[std::string(rule)];
  }
  for (const auto& rule : assessment.silent) ++HEED_TRY(Of(school, rule))->silent;
  return {};
}

Done RuleBook::Weigh(const Case& c, std::int64_t sign) {
  const Ruling ruling = RulingOf(c);
  if (ruling == Ruling::kNone) return {};
  for (const auto rule : RulesOf(c.assessment)) {
    RuleRecord& record = *HEED_TRY(Of(c.school, rule));
    auto& count = ruling == Ruling::kUpheld ? record.upheld : record.dismissed;
    count = sign > 0 ? count + 1 : count - (count > 0);
  }
  return {};
}

Done RuleBook::Rule(const Case* before, const Case& after, bool reopened) {
  if (before && before->decision == after.decision && before->worst == after.worst) return {};
  if (before && !reopened) HEED_TRY(Weigh(*before, -1));
  return Weigh(after, +1);
}

Result<std::vector<PausedRule>> RuleBook::Write(rocksdb::WriteBatch& batch, const StoreDatabase& in, Instant at) {
  std::vector<PausedRule> paused;
  for (const auto& [key, record] : rows_) batch.Put(in[keys::kRules], key, Encode(record));
  if (counted_.posts == 0) return paused;
  auto stretches = HEED_TRY(Stretches(now_));
  if (stretches.empty() || stretches.back().stretch.posts >= RuleStretch::kPosts)
    stretches.push_back({stretches.empty() ? 1 : stretches.back().number + 1, {}});
  RuleStretch& last = stretches.back().stretch;
  last.posts += counted_.posts;
  for (const auto& [rule, fired] : counted_.fired) last.fired[rule] += fired;
  batch.Put(in[keys::kRules], keys::Stretch(stretches.back().number), Encode(last));
  if (last.posts < RuleStretch::kPosts) return paused;

  while (stretches.size() > RuleStretch::kStretches) {
    batch.Delete(in[keys::kRules], keys::Stretch(stretches.front().number));
    stretches.erase(stretches.begin());
  }
  std::vector<RuleStretch> plain;
  for (auto& each : stretches) plain.push_back(std::move(each.stretch));
  for (auto& rule : FiringTooOften(plain)) {
    if (HEED_TRY(now_.Get(keys::kRules, keys::Paused(rule)))) continue;
    PausedRule one{rule, at, 0, 0};
    for (auto stretch = plain.rbegin(); stretch != plain.rend() && one.posts < kBrakePosts; ++stretch) {
      one.posts += stretch->posts;
      if (const auto fired = stretch->fired.find(rule); fired != stretch->fired.end()) one.fired += fired->second;
    }
    batch.Put(in[keys::kRules], keys::Paused(rule), Encode(one));
    paused.push_back(std::move(one));
  }
  return paused;
}

Result<std::map<std::string, RuleRecord>> Store::RuleRecords(const std::vector<std::string>& schools) const {
  const Moment now = HEED_TRY(impl_->Look());
  std::map<std::string, RuleRecord> records;
  const auto add = [&](const std::string& prefix) -> Done {
    const auto rows = now.Walk(keys::kRules);
    for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) {
      const std::string_view key = AsText(rows->key());
      const std::string rule(key.substr(key.find('\0') + 1));
      records[rule] += HEED_TRY(Named(DecodeRuleRecord(AsText(rows->value())), "the record of rule " + rule));
    }
    return Check(*rows);
  };
  if (schools.empty()) HEED_TRY(add("r"));
  for (const auto& school : std::set<std::string>(schools.begin(), schools.end()))
    if (keys::IsId(school)) HEED_TRY(add(keys::RulePrefix(school)));
  return records;
}

Result<std::vector<PausedRule>> Store::PausedRules() const {
  const Moment now = HEED_TRY(impl_->Look());
  std::vector<PausedRule> paused;
  const auto rows = now.Walk(keys::kRules);
  for (rows->Seek(AsSlice(keys::kPausedPrefix)); rows->Valid() && rows->key().starts_with(AsSlice(keys::kPausedPrefix)); rows->Next())
    paused.push_back(HEED_TRY(Named(DecodePausedRule(AsText(rows->value())), "a paused rule")));
  HEED_TRY(Check(*rows));
  return paused;
}

Done Store::ResumeRule(std::string_view rule) {
  const std::lock_guard lock(impl_->writing);
  HEED_TRY(impl_->ReadyToWrite());
  const Moment now = HEED_TRY(impl_->Look());
  if (!HEED_TRY(now.Get(keys::kRules, keys::Paused(rule)))) return Fail(Fault::kNotFound, "rule " + std::string(rule) + " is not paused");
  rocksdb::WriteBatch batch;
  const StoreDatabase& in = *impl_->database;
  batch.Delete(in[keys::kRules], keys::Paused(rule));
  for (const auto& each : HEED_TRY(Stretches(now))) batch.Delete(in[keys::kRules], keys::Stretch(each.number));
  return impl_->Write(batch);
}

}  // namespace heed
