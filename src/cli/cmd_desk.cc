// `heed queue`, `heed show`, `heed sources`: what staff and administrators read.
#include "src/app/as_json.h"
#include "src/app/clock_watch.h"
#include "src/app/desk.h"
#include "src/app/health.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/cli/command.h"
#include "src/cli/table.h"

namespace heed {
namespace {

Result<std::unique_ptr<Store>> OpenForReading(const Arguments& arguments, const Config& config) {
  return OpenStore(DataFolder(arguments.locations, config), Access::kRead);
}

}  // namespace

std::string BacklogLine(const QueueCounts& counts) {
  return counts.backlog == 0 ? "" : BacklogWords(counts.backlog) + ": heed queue --backlog\n";
}

int RunQueue(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  if (!arguments.school.empty()) {
    bool known = false;
    for (const auto& school : config->schools) known = known || school.id == arguments.school;
    if (!known) return Complain(Error{Fault::kNotFound, "there is no school with the id \"" + arguments.school + "\""});
  }
  auto store = OpenForReading(arguments, *config);
  if (!store) return Complain(store.error());
  const auto items = ReadQueue(**store, arguments.school, arguments.limit, arguments.backlog);
  if (!items) return Complain(items.error());
  if (arguments.json) {
    JsonWriter out;
    out.Array();
    for (const auto& item : *items) {
      out.Object();
      PutCase(out, item.c);
      out.Field("platform", item.platform).Field("permalink", item.permalink).Field("text", item.text).EndObject();
    }
    out.EndArray();
    Print(out.Take() + "\n");
    return kExitDone;
  }
  const auto counts = (*store)->Count(arguments.school.empty() ? std::vector<std::string>{} : std::vector<std::string>{arguments.school});
  if (!counts) return Complain(counts.error());
  const std::string older = arguments.backlog ? "" : BacklogLine(*counts);
  if (items->empty()) {
    Print((arguments.backlog ? "Nothing waits in the backlog.\n" : "Nothing waits for a person. `heed sources` says when each source was last read.\n") + older);
    return kExitDone;
  }
  Table table({"case", "severity", "category", "school", "platform", "posted", "words"});
  for (const auto& item : *items) {
    const bool unjudged = !item.c.assessment.could_not_judge.empty();
    table.Row({std::to_string(item.c.id), unjudged ? "?" : std::to_string(item.c.assessment.severity),
               unjudged ? "could not be judged" : CategoryList(item.c.assessment.categories), item.c.school, item.platform,
               FormatLocal(item.c.posted_at), Masked(item.text, item.c.assessment.hits, arguments.reveal)});
  }
  std::string out = table.Text(TerminalWidth());
  const std::uint64_t open = arguments.backlog ? counts->backlog : counts->open;
  if (open > items->size()) out += "\n" + std::to_string(items->size()) + " of " + std::to_string(open) + " cases; --limit N shows more.\n";
  if (!older.empty()) out += "\n" + older;
  Print(out);
  return kExitDone;
}

int RunShow(const Arguments& arguments) {
  auto config = OpenConfig(arguments.locations);
  if (!config) return Complain(config.error());
  auto store = OpenForReading(arguments, *config);
  if (!store) return Complain(store.error());
  const auto view = ReadCase(**store, arguments.case_id);
  if (!view) return Complain(view.error());
  if (arguments.json) {
    JsonWriter out;
    out.Object();
    PutCase(out, view->c);
    out.Key("post_versions").Array();
    for (const auto& version : view->versions) {
      const Post& post = version.post;
      out.Object().Field("version", version.version).Field("shown", version.shown).Field("source", version.source).Field("seen_at", FormatRfc3339(version.seen_at));
      PutPost(out, post);
      out.Field("text", version.text).Key("assessment").Object();
      PutAssessment(out, version.assessment);
      out.EndObject().EndObject();
    }
    out.EndArray().Key("history").Array();
    for (const auto& event : view->history) PutEvent(out, event);
    out.EndArray().Key("records").Object();
    for (const auto& [rule, record] : view->records)
      out.Key(rule).Object().Field("fired", record.fired).Field("upheld", record.upheld).Field("dismissed", record.dismissed).EndObject();
    out.EndObject().EndObject();
    Print(out.Take() + "\n");
    return kExitDone;
  }
  const std::size_t width = TerminalWidth();
  const Case& c = view->c;
  std::string out = "Case " + std::to_string(c.id) + ": " + std::string(ToString(c.state)) + ", " + c.school;
  if (c.assessment.could_not_judge.empty())
    out += ", " + CategoryList(c.assessment.categories) + ", severity " + std::to_string(c.assessment.severity) + ", priority " +
           std::to_string(c.assessment.priority) + "\n";
  else
    out += ", could not be judged: " + c.assessment.could_not_judge + "\n";
  for (const auto& school : config->schools) {
    if (school.id != c.school) continue;
    for (const auto category : c.assessment.categories)
      if (const auto clause = school.clauses.find(category); clause != school.clauses.end())
        out += Wrap("Code of conduct, " + std::string(ToString(category)) + ": " + clause->second, width, "  ");
  }
  for (const auto& version : view->versions) {
    out += "\n";
    out += version.shown ? "The words" : "Another version";
    if (view->versions.size() > 1) out += version.shown ? " (the version that counts)" : "";
    out += ", seen " + FormatLocal(version.seen_at) + " by " + version.source + ":\n";
    out += version.text.empty() ? version.post.handed_in ? "    (no words: look at what was handed in)\n" : "    (edited so that it no longer names the school: its new words are not kept)\n"
                                : Wrap(Masked(version.text, version.assessment.hits, arguments.reveal), width, "    ");
    const Post& post = version.post;
    if (version.shown) {
      const std::string author = !post.author.handle.empty() ? (post.handed_in ? "" : "@") + post.author.handle : !post.author.display_name.empty() ? post.author.display_name : "an unnamed author";
      out += Wrap("by " + author + " on " + post.platform +
                      (post.created_at ? ", " + FormatLocal(*post.created_at) : "") + (post.permalink.empty() ? "" : "  " + post.permalink),
                  width, "  ");
      if (post.handed_in) {
        const HandedIn& handed = *post.handed_in;
        out += Wrap("Handed in by " + handed.by + ": " + handed.item + " (" + handed.kind + "), from " + handed.from + (handed.note.empty() ? "" : "; " + handed.note), width, "  ");
        if (handed.confidence) out += Wrap("Read from a picture, " + std::to_string(*handed.confidence) + " of 100 sure", width, "  ");
        if (!handed.digest.empty()) out += Wrap("The file's SHA-256: " + handed.digest + (handed.kept ? " (kept in originals/" + c.school + "/)" : " (not kept: it holds others' words too)"), width, "  ");
      }
      if (!version.assessment.hits.empty()) out += "\n  Why:\n";
      for (const auto& hit : version.assessment.hits) {
        const std::string words = version.text.substr(hit.begin, hit.end - hit.begin);
        Hit whole = hit;
        whole.begin = 0;
        whole.end = static_cast<std::uint32_t>(words.size());
        const auto record = view->records.find(hit.rule);
        const std::string how_right = record == view->records.end() ? "" : ": " + ToString(ShareRight(record->second));
        out += Wrap("- " + hit.why + "  \"" + Masked(words, {whole}, arguments.reveal) + "\"  [" + hit.rule + how_right + "]", width, "  ");
      }
      if (!version.assessment.mention.evidence.empty()) out += "\n  Mentions the school:\n";
      for (const auto& evidence : version.assessment.mention.evidence)
        out += Wrap("- " + evidence.what + "  (" + (evidence.weight >= 0 ? "+" : "") + std::to_string(evidence.weight) + ")", width, "  ");
    }
  }
  const Instant now = SystemClock{}.Now();
  if (const auto holder = HolderAt(c, now); !holder.empty()) out += "\nBeing worked on by " + ForTerminal(holder) + " until " + FormatLocal(*c.held_until) + ".\n";
  if (!c.assigned_to.empty()) out += "\nAssigned to " + ForTerminal(c.assigned_to) + ".\n";
  if (c.snoozed_until && now < *c.snoozed_until) out += "\nSnoozed until " + FormatLocal(*c.snoozed_until) + ".\n";
  if (c.decision) {
    out += "\nDecided by " + ForTerminal(c.decision->by) + ": " + std::string(ToString(c.decision->finding));
    if (c.decision->category) out += " (" + std::string(ToString(*c.decision->category)) + ", severity " + std::to_string(c.decision->severity) + ")";
    out += "\n" + Wrap(c.decision->why, width, "  ");
    if (!c.decision->clause.empty()) out += Wrap("Clause: " + c.decision->clause, width, "  ");
  }
  for (const auto& response : c.responses) {
    out += "\nResponse " + std::to_string(response.number) + ", " + std::string(ToString(response.kind)) + (response.to.empty() ? "" : " to " + ForTerminal(response.to)) + ": " +
           std::string(ToString(response.state)) + (response.state == ResponseState::kHeld && response.leaves_at ? " until " + FormatLocal(*response.leaves_at) : "") +
           ", proposed by " + ForTerminal(response.proposed_by) + "\n" + Wrap(response.text, width, "    ");
    if (!response.note.empty()) out += Wrap(response.note, width, "  ");
  }
  out += "\nHistory:\n";
  for (const auto& event : view->history)
    out += Wrap(std::to_string(event.sequence) + "  " + FormatLocal(event.at) + "  " + Tell(event) + ", by " + event.actor, width, "  ");
  if (!arguments.reveal) out += "\nHurtful words are hidden; --reveal shows them.\n";
  Print(out);
  return kExitDone;
}

int RunSources(const Arguments& arguments) {
  if (arguments.catalogue) {
    Print(ConnectorCatalogue());
    return kExitDone;
  }
  auto config = OpenConfig(arguments.locations);
  if (!config && config.error().fault() != Fault::kNotFound) return Complain(config.error());
  std::unique_ptr<Store> store;
  std::vector<SourceView> views;
  std::vector<Health> healths;
  std::vector<Event> clock;
  const Instant now = SystemClock{}.Now();
  if (config) {
    auto opened = OpenForReading(arguments, *config);
    if (opened) store = *std::move(opened);
    else if (opened.error().fault() != Fault::kNotFound) return Complain(opened.error());
    auto read = ReadSources(*config, store.get(), now);
    if (!read) return Complain(read.error());
    views = *std::move(read);
    healths = LookAtSources(views, config->alarm, now);
    auto steps = store ? ClockSteps(*store, now - days{30}) : Result<std::vector<Event>>();
    if (!steps) return Complain(steps.error());
    clock = *std::move(steps);
  }
  if (arguments.json) {
    JsonWriter out;
    out.Object().Key("sources").Array();
    for (const auto& health : healths) {
      const SourceView& view = health.view;
      out.Object().Field("id", view.entry->spec.id).Field("school", view.entry->spec.school).Field("connector", view.entry->spec.connector);
      out.Field("schedule", view.entry->schedule.text()).Field("state", StateOf(view, now)).Field("message", view.entry->enabled ? view.state.message : view.entry->off_because);
      out.Time("last_attempt", view.state.last_attempt);
      out.Time("last_success", view.state.last_success);
      out.Time("not_before", view.state.not_before);
      out.Time("next", view.next);
      out.Field("standing", ToString(health.standing)).Field("says", health.says).Field("todo", health.todo);
      if (health.lag) out.Field("lag_seconds", static_cast<std::int64_t>(health.lag->count()));
      out.Time("sign_in_ends", view.state.sign_in_ends);
      out.Field("quota", view.state.quota);
      out.Field("failures", view.state.failures).Field("posts_read", view.state.posts_read).Field("posts_mentioning", view.state.posts_mentioning);
      out.Key("gaps").Array();
      for (const auto& gap : view.state.gaps) {
        out.Object();
        out.Time("from", gap.from);
        out.Time("until", gap.until);
        out.Field("why", gap.why).EndObject();
      }
      out.EndArray().EndObject();
    }
    out.EndArray().Key("clock").Array();
    for (const auto& step : clock) out.Object().Field("event", step.sequence).Field("says", ClockWords(step)).Field("todo", ClockTodo()).EndObject();
    out.EndArray().Key("connectors").Array();
    for (const auto* card : Connectors()) {
      out.Object().Field("name", card->name).Field("summary", card->summary).Field("terms", card->terms).Field("terms_must_be_accepted", card->terms_must_be_accepted);
      out.Field("collects", card->collects).Field("hides", card->hides).Field("reports", card->reports).Field("rechecks", card->rechecks).Field("rechecks_if", card->rechecks_if).Key("settings").Array();
      for (const auto& setting : card->settings)
        out.Object().Field("key", setting.key).Field("required", setting.required).Field("default", setting.default_value).Field("help", setting.help).EndObject();
      out.EndArray().EndObject();
    }
    out.EndArray().EndObject();
    Print(out.Take() + "\n");
    return kExitDone;
  }
  const std::size_t width = TerminalWidth();
  std::string out;
  if (!views.empty()) {
    Table table({"source", "connector", "school", "schedule", "state", "last success", "next", "read", "mention", "gaps"});
    for (const auto& view : views)
      table.Row({view.entry->spec.id, view.entry->spec.connector, view.entry->spec.school, view.entry->schedule.text(), StateOf(view, now),
                 view.state.last_success ? FormatLocal(*view.state.last_success) : "never", view.next ? (*view.next <= now ? "now" : FormatLocal(*view.next)) : "-",
                 std::to_string(view.state.posts_read), std::to_string(view.state.posts_mentioning), std::to_string(view.state.gaps.size())});
    out += table.Text(width);
    for (const auto& health : healths) {
      const SourceView& view = health.view;
      if (!health.says.empty()) out += Wrap(view.entry->spec.id + ": " + health.says, width, "  ");
      if (!health.todo.empty()) out += Wrap("What to do: " + health.todo, width, "    ");
      if (!view.state.quota.empty()) out += Wrap(view.entry->spec.id + ": " + view.state.quota, width, "  ");
      for (const auto& gap : view.state.gaps) {
        std::string when;
        if (gap.from) when += " from " + FormatLocal(*gap.from);
        if (gap.until) when += " until " + FormatLocal(*gap.until);
        out += Wrap(view.entry->spec.id + " was not read" + when + ": " + gap.why, width, "  ");
      }
    }
    for (const auto& step : clock) out += Wrap(ClockWords(step), width, "  ");
    if (!clock.empty()) out += Wrap("What to do: " + ClockTodo(), width, "    ");
    out += "\n";
  }
  out += "What can be read (connector = \"...\" of a [[source]]):\n";
  for (const auto* card : Connectors()) {
    std::string can = card->collects ? "collects" : "";
    if (card->reports) can += ", reports abuse";
    if (card->hides) can += ", hides what stands at the school's own place";
    if (card->rechecks) can += ", checks again" + (card->rechecks_if.empty() ? std::string() : " with " + std::string(card->rechecks_if) + " = true");
    out += "\n" + std::string(card->name) + ": " + std::string(card->summary) + " (" + can + ")\n";
    out += Wrap("Terms: " + std::string(card->terms) + (card->terms_must_be_accepted ? " Off until accept_terms = true." : ""), width, "  ");
    for (const auto& setting : card->settings) {
      std::string key(setting.key);
      if (setting.kind == SettingKind::kSecret) key += "_file / " + std::string(setting.key) + "_env";
      out += Wrap(key + (setting.required ? " (needed)" : "") + ": " + std::string(setting.help) +
                      (setting.default_value.empty() ? "" : " [" + std::string(setting.default_value) + "]"),
                  width, "    ");
    }
  }
  Print(out);
  return kExitDone;
}

}  // namespace heed
