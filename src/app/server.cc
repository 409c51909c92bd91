#include "src/app/server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "src/app/act.h"
#include "src/app/desk.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::size_t kMaxRequest = 64 * 1024;
constexpr std::size_t kMaxClients = 16;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// A socket's path holds 107 bytes; a data folder's may be longer.  Through the folder's descriptor any will do.
Result<std::pair<Descriptor, sockaddr_un>> SocketAddress(const std::string& data) {
  Descriptor folder(::open(data.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok()) return Fail(Fault::kNotFound, data + ": no such folder");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder.get()) + "/heed.sock";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return std::pair{std::move(folder), address};
}

bool SendLine(int fd, std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t put = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

struct Client {
  Descriptor socket;
  std::uint64_t number = 0;
  std::string request;
  bool asked = false;
  std::set<std::string> waiting_for;  // sources whose runs it wants to hear of
  std::uint64_t waiting_for_reload = 0;  // the number of the reload it wants to hear of; 0: none
  std::uint64_t waiting_for_outbox = 0;  // likewise of what it asked of the outbox
};

std::string Refusal(const Error& error) {
  JsonWriter out;
  out.Object().Field("fault", ToString(error.fault())).Field("message", error.message()).EndObject();
  return out.Take();
}

sigset_t StopSignals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGHUP);
  return signals;
}

class Server {
 public:
  Server(const ServeParts& parts, const ServeOptions& options)
      : parts_(parts), config_(parts.config), runner_(parts.runner), store_(parts.store), http_(parts.http), clock_(parts.clock), options_(options) {}

  Done Run() {
    HoldStopSignals();
    const sigset_t stop_signals = StopSignals();
    signals_ = Descriptor(::signalfd(-1, &stop_signals, SFD_CLOEXEC | SFD_NONBLOCK));
    wake_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!signals_.ok() || !wake_.ok()) return Fail(Fault::kIo, std::string("starting: ") + std::strerror(errno));
    HEED_TRY(Listen());
    HEED_TRY(StartConsole(true));
    LogInfo("serving " + std::to_string(config_.sources.size()) + " sources from " + config_.file + "; stop with Ctrl-C or SIGTERM");
    for (const auto& source : config_.sources)
      if (!source.enabled) LogWarning("source " + source.spec.id + " is off: " + source.off_because);
    // A source that waited for a person is tried once at the start: perhaps the person has acted.
    for (const auto& source : config_.sources)
      if (source.enabled) first_.insert(source.spec.id);
    if (parts_.outbox) outbox_.emplace(*parts_.outbox, [this] { Wake(); });
    while (!stopping_) {
      StartDue();
      StartReload();
      HEED_TRY(StartConsole(false));
      Wait();
      Reap();
    }
    LogInfo("stopping: letting the running pages end");
    if (parts_.web) parts_.web->Stop();
    http_.Stop();
    for (auto& [id, run] : running_) run.join();
    if (reloading_.joinable()) reloading_.join();
    for (auto& [number, asking] : asking_) asking.join();
    outbox_.reset();  // waits for a report that is on its way
    Reap();
    ::unlink((options_.data + "/heed.sock").c_str());
    return {};
  }

 private:
  Done Listen() {
    auto [folder, address] = HEED_TRY(SocketAddress(options_.data));
    listening_ = Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listening_.ok()) return Fail(Fault::kIo, std::string("making the socket: ") + std::strerror(errno));
    // The store's lock says that no other heed serves here, so a socket that lies about was left by a crash.
    ::unlink((options_.data + "/heed.sock").c_str());
    const mode_t before = ::umask(0177);
    const int bound = ::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::umask(before);
    if (bound != 0 || ::listen(listening_.get(), 8) != 0)
      return Fail(Fault::kIo, "listening on " + options_.data + "/heed.sock: " + std::strerror(errno));
    return {};
  }

  std::optional<Instant> Due(const SourceEntry& entry, Instant now) {
    if (!entry.enabled) return std::nullopt;
    auto state = store_.Source(entry.spec.id);
    if (!state) {
      LogError("source " + entry.spec.id + ": " + state.error().message());
      return std::nullopt;
    }
    if (first_.count(entry.spec.id) && state->fault && NeedsPerson(*state->fault)) return now;
    return NextDue(entry, *state, now);
  }

  void StartDue() {
    const Instant now = clock_.Now();
    next_ = now + kLookEvery;  // at least that often, so that a clock that jumped or slept is noticed, and changed lexicons are
    for (const auto& entry : config_.sources) {
      const std::string& id = entry.spec.id;
      if (running_.count(id)) continue;
      const bool asked = asked_.count(id) > 0;
      auto due = asked ? std::optional<Instant>(now) : Due(entry, now);
      if (!due) continue;
      // Where even the failure could not be written down, the schedule knows nothing of the last try.
      if (const auto started = started_.find(id); !asked && started != started_.end() && started->second <= now)
        due = std::max(*due, started->second + seconds{30});
      if (*due > now) {
        next_ = std::min(next_, *due);
        continue;
      }
      if (running_.size() >= options_.at_once) break;  // the end of a run wakes us
      asked_.erase(id);
      first_.erase(id);
      started_[id] = now;
      running_.emplace(id, std::thread([this, &entry] {
        SourceRun run = runner_.Run(entry, nullptr);
        const std::lock_guard lock(mutex_);
        ended_.push_back(std::move(run));
        Wake();
      }));
    }
    Upkeep(now);
  }

  // The lexicons are compiled beside everything else: scans go on with the judge they have.
  void StartReload() {
    const Instant now = clock_.Now();
    if (reloading_.joinable()) return;
    if (!reload_asked_) {
      if (looked_ && now < *looked_ + kLookEvery && now >= *looked_) return;
      looked_ = now;
      if (!parts_.reloader.Changed()) return;
    }
    reload_asked_ = false;
    ++reloads_;
    reloading_ = std::thread([this] {
      auto done = parts_.reloader.Reload(clock_.Now());
      const std::lock_guard lock(mutex_);
      reloaded_ = std::move(done);
      Wake();
    });
  }

  void ReapReload() {
    std::optional<Done> done;
    {
      const std::lock_guard lock(mutex_);
      done.swap(reloaded_);
    }
    if (!done) return;
    reloading_.join();
    const Reloader::State state = parts_.reloader.Look();
    std::string answer;
    if (*done) {
      LogInfo("the lexicons were read again: " + std::to_string(state.entries) + " entries, version " + state.version.substr(0, 12));
      JsonWriter out;
      out.Object().Field("ok", true).Field("version", state.version).Field("entries", static_cast<std::uint64_t>(state.entries)).EndObject();
      answer = out.Take();
    } else {
      LogError("the lexicons were changed and are not right; those in use stay: " + done->error().message());
      answer = Refusal(Error(done->error()).While("the lexicons in use stay"));
    }
    for (auto client = clients_.begin(); client != clients_.end();) {
      const bool hears = client->waiting_for_reload > 0 && client->waiting_for_reload <= reloads_;
      if (hears) SendLine(client->socket.get(), answer);
      client = hears ? clients_.erase(client) : std::next(client);
    }
  }

  void Wake() {
    const std::uint64_t one = 1;
    if (::write(wake_.get(), &one, sizeof one) < 0) return;  // full: it is awake already
  }

  // The console's port may be taken for a while, by the heed before this one too: reading goes on meanwhile.
  Done StartConsole(bool first) {
    if (!parts_.web || console_up_ || (!first && clock_.Now() < next_console_)) return {};
    const auto started = parts_.web->Start();
    if (started) {
      console_up_ = true;
      LogInfo("the console answers at " + parts_.web->url());
      if (options_.console_is_up) options_.console_is_up();
      return {};
    }
    if (started.error().fault() != Fault::kBusy) return started;
    if (first) LogWarning("THE CONSOLE IS NOT SERVED: " + started.error().message() + "; set another port under [console], or stop that program. Trying again every half minute");
    next_console_ = clock_.Now() + seconds{30};
    return {};
  }

  // Once a day what has been kept long enough is forgotten.
  void Upkeep(Instant now) {
    if (last_upkeep_ && now < *last_upkeep_ + hours{24} && now >= *last_upkeep_) return;
    last_upkeep_ = now;
    if (const auto tidied = parts_.gate.Tidy(); !tidied) LogError("forgetting sessions that have ended: " + tidied.error().message());
    if (const auto forgotten = store_.ForgetAudit(now - config_.keep_audit); !forgotten) LogError("forgetting old rows of the audit trail: " + forgotten.error().message());
    if (options_.daily) options_.daily(now);
    const auto report = store_.Expire(now, config_.retention);
    if (!report) LogError("forgetting what has been kept long enough: " + report.error().message());
    else if (report->posts_forgotten + report->cases_erased + report->withdrawn > 0)
      LogInfo("kept long enough: " + std::to_string(report->posts_forgotten) + " posts forgotten, " + std::to_string(report->cases_erased) + " cases erased; gone from their platform: the words of " +
              std::to_string(report->withdrawn) + " cases");
  }

  void Wait() {
    std::vector<pollfd> watched = {{signals_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
    for (const auto& client : clients_) watched.push_back({client.socket.get(), POLLIN, 0});
    const auto wait = std::chrono::ceil<milliseconds>(next_ - clock_.Now());
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 30'000)));
    if (ready <= 0) return;
    if (watched[0].revents) {
      signalfd_siginfo info;
      while (::read(signals_.get(), &info, sizeof info) > 0) (info.ssi_signo == SIGHUP ? reload_asked_ : stopping_) = true;
    }
    if (watched[1].revents) {
      std::uint64_t count;
      while (::read(wake_.get(), &count, sizeof count) > 0) {
      }
    }
    std::size_t i = 3;
    for (auto client = clients_.begin(); client != clients_.end(); ++i) {
      const bool keep = !watched[i].revents || Hear(*client);
      client = keep ? std::next(client) : clients_.erase(client);
    }
    if (watched[2].revents) {
      Descriptor socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (socket.ok() && clients_.size() < kMaxClients) clients_.push_back({std::move(socket), ++client_number_, {}, false, {}, 0, 0});
    }
  }

  // Reads what a client says; false when it is done with.
  bool Hear(Client& client) {
    char buffer[4096];
    const ssize_t got = ::recv(client.socket.get(), buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) return false;
    if (client.asked) return true;
    client.request.append(buffer, static_cast<std::size_t>(got));
    const auto end = client.request.find('\n');
    if (end == std::string::npos) return client.request.size() < kMaxRequest;
    client.asked = true;
    JsonParser parser;
    const auto root = parser.Parse(std::string_view(client.request).substr(0, end));
    if (!root) return false;
    const auto what = (*root)["do"].StringOr("");
    if (const auto other = options_.also.find(what); other != options_.also.end()) {
      asking_.emplace(client.number, std::thread([this, number = client.number, &answer = other->second, request = client.request.substr(0, end)] {
        std::string line = answer(request);
        const std::lock_guard lock(mutex_);
        answered_.emplace_back(number, std::move(line));
        const std::uint64_t one = 1;
        if (::write(wake_.get(), &one, sizeof one) < 0) return;
      }));
      return true;
    }
    if (what == "reload") {
      // One that is running may have read the files before they were changed: the one after it counts.
      reload_asked_ = true;
      client.waiting_for_reload = reloads_ + 1;
      return true;
    }
    if (what == "outbox" && outbox_) {
      const auto request = ParseOutboxRequest(*root);
      if (request) client.waiting_for_outbox = outbox_->Ask(*request);
      else SendLine(client.socket.get(), Refusal(request.error()));
      return request.has_value();
    }
    if (what != "scan") {
      SendLine(client.socket.get(), Answer(what, *root));
      return false;
    }
    return HearScan(client, *root);
  }

  bool HearScan(Client& client, Json root) {
    std::vector<std::string> wanted;
    root["sources"].Each([&](Json id) { wanted.emplace_back(id.StringOr("")); });
    for (const auto& entry : config_.sources) {
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), entry.spec.id) == wanted.end()) continue;
      client.waiting_for.insert(entry.spec.id);
      if (!running_.count(entry.spec.id)) asked_.insert(entry.spec.id);
    }
    return !client.waiting_for.empty();
  }

  // What is done at once.
  std::string Answer(std::string_view what, Json request) {
    JsonWriter out;
    if (what == "act") {
      const auto act = ParseAct(request);
      if (!act) return Refusal(act.error());
      const auto after = Perform(store_, *act, clock_.Now());
      if (!after) return Refusal(after.error());
      out.Object().Field("ok", true).Field("case", after->id).Field("state", ToString(after->state)).EndObject();
      return out.Take();
    }
    if (what == "resume") {
      const auto opened = ResumeRule(store_, parts_.judge, request["rule"].StringOr(""), clock_.Now());
      if (!opened) return Refusal(opened.error());
      out.Object().Field("ok", true).Field("opened", *opened).EndObject();
      return out.Take();
    }
    if (what == "people") {
      const auto wanted = ParsePeopleRequest(request);
      const auto answer = wanted ? PeopleDesk(parts_.gate, store_, *wanted) : Result<PeopleAnswer>(Fail(wanted.error()));
      return PeopleAnswerToJson(answer, parts_.web ? parts_.web->url() : "");
    }
    return Refusal(Error{Fault::kUnsupported, "the running heed does not know \"" + std::string(what) + "\": stop it and start this one"});
  }

  void ReapOutbox() {
    if (!outbox_) return;
    for (const auto& [number, done] : outbox_->Answers()) {
      for (auto client = clients_.begin(); client != clients_.end();) {
        const bool hears = client->waiting_for_outbox == number;
        if (hears) SendLine(client->socket.get(), done ? ToJson(*done) : Refusal(done.error()));
        client = hears ? clients_.erase(client) : std::next(client);
      }
    }
  }

  void Reap() {
    ReapReload();
    ReapOutbox();
    std::deque<SourceRun> ended;
    std::deque<std::pair<std::uint64_t, std::string>> answered;
    {
      const std::lock_guard lock(mutex_);
      ended.swap(ended_);
      answered.swap(answered_);
    }
    for (const auto& [number, line] : answered) {
      if (const auto thread = asking_.find(number); thread != asking_.end()) {
        if (thread->second.joinable()) thread->second.join();
        asking_.erase(thread);
      }
      for (auto client = clients_.begin(); client != clients_.end(); ++client) {
        if (client->number != number) continue;
        SendLine(client->socket.get(), line);
        clients_.erase(client);
        break;
      }
    }
    for (const auto& run : ended) {
      if (const auto thread = running_.find(run.source); thread != running_.end()) {
        if (thread->second.joinable()) thread->second.join();
        running_.erase(thread);
      }
      Tell(run);
      for (auto client = clients_.begin(); client != clients_.end();) {
        bool keep = true;
        if (client->waiting_for.erase(run.source)) keep = SendLine(client->socket.get(), ToJson(run)) && !client->waiting_for.empty();
        client = keep ? std::next(client) : clients_.erase(client);
      }
    }
  }

  static void Tell(const SourceRun& run) {
    if (!run.skipped.empty()) return LogInfo("source " + run.source + ": " + run.skipped);
    if (run.fault && *run.fault == Fault::kCancelled) return LogInfo("source " + run.source + ": " + run.message);
    if (run.fault) return LogWarning("source " + run.source + ": " + run.message);
    LogInfo("source " + run.source + ": " + std::to_string(run.read) + " read, " + std::to_string(run.mentioning) + " mention the school, " +
            std::to_string(run.opened - run.backlog) + " new in the queue" + (run.backlog > 0 ? ", " + std::to_string(run.backlog) + " older in the backlog" : ""));
    for (const auto& gap : run.gaps) LogWarning("source " + run.source + " has a gap: " + gap.why);
  }

  static constexpr seconds kLookEvery{5};  // at the lexicons' files

  const ServeParts parts_;
  const Config& config_;
  Runner& runner_;
  Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  const ServeOptions& options_;
  Descriptor signals_, wake_, listening_;
  bool stopping_ = false, console_up_ = false;
  Instant next_console_{};
  Instant next_{};
  std::optional<Instant> last_upkeep_;
  std::set<std::string> asked_, first_;
  std::map<std::string, Instant> started_;
  std::map<std::string, std::thread> running_;
  std::list<Client> clients_;
  bool reload_asked_ = false;
  std::uint64_t reloads_ = 0;  // started
  std::optional<Instant> looked_;
  std::thread reloading_;
  std::mutex mutex_;  // guards ended_, answered_ and reloaded_
  std::deque<SourceRun> ended_;
  std::optional<Done> reloaded_;
  std::deque<std::pair<std::uint64_t, std::string>> answered_;
  std::uint64_t client_number_ = 0;
  std::map<std::uint64_t, std::thread> asking_;  // by the client's number
  std::optional<OutboxThread> outbox_;  // last: its thread ends before what it wakes
};

}  // namespace

void HoldStopSignals() {
  const sigset_t signals = StopSignals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Done Serve(const ServeParts& parts, const ServeOptions& options) { return Server(parts, options).Run(); }

namespace {

// Connects, asks, and hands every line of the answer to `each` until the stream ends.
Done Ask(const std::string& data, std::string_view request, const std::function<Done(std::string_view)>& each) {
  auto [folder, address] = HEED_TRY(SocketAddress(data));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.ok() || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Fail(Fault::kNotFound, "no heed serve answers in " + data);
  if (!SendLine(socket.get(), std::string(request))) return Fail(Fault::kIo, "the running heed serve hung up");
  std::string pending;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::recv(socket.get(), buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(Fault::kIo, std::string("listening to the running heed serve: ") + std::strerror(errno));
    if (got == 0) break;
    pending.append(buffer, static_cast<std::size_t>(got));
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      HEED_TRY(each(std::string_view(pending).substr(0, end)));
      pending.erase(0, end + 1);
    }
  }
  if (!pending.empty()) return Fail(Fault::kIo, "the running heed serve stopped in the middle of its answer");
  return {};
}

}  // namespace

Done AskServerToScan(const std::string& data, const std::vector<std::string>& sources, const std::function<void(const SourceRun&)>& each) {
  JsonWriter request;
  request.Object().Field("do", "scan").Key("sources").Array();
  for (const auto& source : sources) request.String(source);
  request.EndArray().EndObject();
  return Ask(data, request.Take(), [&](std::string_view line) -> Done {
    each(HEED_TRY(ParseSourceRun(line)));
    return {};
  });
}

Result<std::optional<std::string>> AskServer(const std::string& data, std::string_view request) {
  std::string answer;
  const auto asked = Ask(data, request, [&](std::string_view line) -> Done {
    answer = line;
    return {};
  });
  if (!asked && asked.error().fault() == Fault::kNotFound) return std::nullopt;
  if (!asked) return Fail(asked.error());
  if (answer.empty()) return Fail(Fault::kIo, "the running heed serve hung up without an answer: look whether it was done before doing it again");
  JsonParser parser;
  const Json root = HEED_TRY(parser.Parse(answer));
  if (root["fault"]) return Fail(ParseFault(root["fault"].StringOr("")).value_or(Fault::kIo), std::string(root["message"].StringOr("")));
  return std::optional(std::move(answer));
}

}  // namespace heed
