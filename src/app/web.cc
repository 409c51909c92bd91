#include "src/app/web.h"

#include "src/app/desk.h"
#include "src/app/health.h"
#include "src/console/console.h"
#include "src/http/server.h"

namespace heed {
namespace {

std::string When(const Gap& gap) {
  std::string when;
  if (gap.from) when += " from " + FormatLocal(*gap.from);
  if (gap.until) when += " until " + FormatLocal(*gap.until);
  return when;
}

Result<std::vector<SourceHealth>> HealthOf(const Config& config, const Store& store, Instant now) {
  std::vector<SourceHealth> all;
  for (auto& known : HEED_TRY(ReadHealth(config, &store, now))) {
    const SourceView& view = known.view;
    SourceHealth health;
    health.id = view.entry->spec.id;
    health.school = view.entry->spec.school;
    health.connector = view.entry->spec.connector;
    health.summary = view.entry->card ? std::string(view.entry->card->summary) : health.connector;
    health.schedule = view.entry->schedule.text();
    health.state = StateOf(view, now);
    health.message = std::move(known.says);
    health.todo = std::move(known.todo);
    health.quota = view.state.quota;
    if (known.lag) health.lag = FormatDuration(*known.lag);
    health.sign_in_ends = view.state.sign_in_ends;
    health.last_success = view.state.last_success;
    health.next = view.next;
    health.read = view.state.posts_read;
    health.mentioning = view.state.posts_mentioning;
    health.trouble = known.standing == Standing::kTrouble || (view.entry->enabled && view.state.fault.has_value());
    for (const auto& gap : view.state.gaps) health.gaps.push_back("not read" + When(gap) + ": " + gap.why);
    all.push_back(std::move(health));
  }
  return all;
}

}  // namespace

GateRules GateRulesOf(const Config& config) {
  GateRules rules;
  rules.second_factor = config.console.second_factor;
  return rules;
}

struct Web::Impl {
  const Config& config;
  Console console;
  std::unique_ptr<http::Server> server;
};

Web::Web(const Config& config, Store& store, Gate& gate, LiveJudge& judge, const Reloader& reloader, const Clock& clock) {
  ConsoleParts parts{.store = store, .gate = gate, .clock = clock};
  parts.schools = config.schools;
  parts.organisation = config.console.organisation;
  parts.contact = config.contact;
  parts.url = config.console.url;
  if (config.console.address.find_first_not_of("0123456789.:") == std::string::npos) parts.hosts.push_back(config.console.address);
  parts.trusted_proxies = config.console.trusted_proxies;
  parts.sign_in_header = config.console.sign_in_header;
  parts.retention = config.retention;
  parts.sources = [&config, &store, &clock] { return HealthOf(config, store, clock.Now()); };
  parts.lexicon.entries = [&judge] {
    std::vector<EntryLine> lines;
    const Judge now = judge.Now().judge;
    for (const Entry& e : now.lexicon().entries) lines.push_back({e.id, std::string(ToString(e.status)), std::string(ToString(e.category)), e.language, e.why, e.severity});
    return lines;
  };
  parts.lexicon.explain = [&judge](std::string_view text) -> Result<Explanation> {
    LiveWorker workers(judge);
    return HEED_TRY(workers.Now())->Explain(kAnySchool, text);
  };
  parts.lexicon.resume = [&judge, &store, &clock](std::string_view rule) { return ResumeRule(store, judge, rule, clock.Now()); };
  parts.lexicon.trouble = [&reloader] { return reloader.Look().error; };
  impl_.reset(new Impl{config, Console(std::move(parts)), nullptr});
}

Web::~Web() { Stop(); }

Done Web::Start() {
  http::ServerOptions options;
  options.address = impl_->config.console.address;
  options.port = impl_->config.console.port;
  options.body_limit = [this](const http::Request& head) { return impl_->console.BodyLimit(head); };
  impl_->server = HEED_TRY(http::Server::Start(
      std::move(options), [this](const http::Request& request) { return impl_->console.Answer(request); }, [this](int status) { return impl_->console.Refuse(status); }));
  return {};
}

void Web::Stop() { impl_->server.reset(); }

std::string Web::url() const {
  const auto& settings = impl_->config.console;
  if (!settings.url.empty()) return settings.url;
  const std::string host = settings.address.find(':') == std::string::npos ? settings.address : "[" + settings.address + "]";
  return "http://" + host + ":" + std::to_string(impl_->server ? impl_->server->port() : settings.port);
}

}  // namespace heed
