#include "connectors/bluesky/report.h"

#include <algorithm>
#include <array>

#include "connectors/reporting.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::size_t kMostText = 2000;  // graphemes says the lexicon; characters are never fewer
constexpr std::string_view kNew = "tools.ozone.report.defs#", kOld = "com.atproto.moderation.defs#";

struct Reason {
  std::string_view name, label, help;
};
// Those a school may need, in the order people read them.
constexpr std::array kReasons = {
    Reason{"reasonViolenceThreats", "Threats of violence or incitement", "says that somebody will be hurt, or calls for it"},
    Reason{"reasonHarassmentTargeted", "Targeted harassment", "insults or abuse aimed at a particular person"},
    Reason{"reasonHarassmentHateSpeech", "Hate speech", "attacks people for race, religion, sex, sexuality, gender or disability"},
    Reason{"reasonHarassmentDoxxing", "Doxxing", "gives away a private address, phone number, car or whereabouts"},
    Reason{"reasonHarassmentTroll", "Trolling", "provokes for its own sake"},
    Reason{"reasonHarassmentOther", "Other harassment", "calls on others to pile in, or harasses in another way"},
    Reason{"reasonChildSafetyHarassment", "Harassment of a minor", "humiliates or bullies a pupil"},
    Reason{"reasonChildSafetyPrivacy", "A minor's privacy", "shows or names a pupil who should not be"},
    Reason{"reasonViolenceGlorification", "Glorifies violence", "celebrates that somebody was hurt"},
    Reason{"reasonViolenceOther", "Other violence", ""},
    Reason{"reasonMisleadingImpersonation", "Impersonation", "pretends to be the school or somebody who works there"},
    Reason{"reasonRuleOther", "Breaks another rule", ""},
    Reason{"reasonOther", "Something else", "explain it in the text"},
};
constexpr std::array kOldReasons = {
    Reason{"reasonRude", "Anti-social behaviour", "harassment, trolling, intolerance"},
    Reason{"reasonViolation", "Illegal and urgent", "threats, danger to a child, what breaks the law or the terms"},
    Reason{"reasonMisleading", "Misleading", "impersonation, false claims about who somebody is"},
    Reason{"reasonOther", "Something else", "explain it in the text"},
};

std::string_view Wanted(Category category) {
  switch (category) {
    case Category::kThreat: return "reasonViolenceThreats";
    case Category::kDiscrimination: return "reasonHarassmentHateSpeech";
    case Category::kAbuse: return "reasonHarassmentTargeted";
    case Category::kBullying: return "reasonChildSafetyHarassment";
    case Category::kIncitement: return "reasonHarassmentDoxxing";
    case Category::kDefamation: return "reasonOther";
  }
  return "reasonOther";
}

// What Bluesky's own app falls back to where a service knows the old list only.
std::string_view InOldWords(std::string_view reason) {
  for (const auto& [start, old] : {std::pair<std::string_view, std::string_view>{"reasonHarassment", "reasonRude"}, {"reasonViolence", "reasonViolation"},
                                   {"reasonChildSafety", "reasonViolation"}, {"reasonRule", "reasonViolation"}, {"reasonMisleading", "reasonMisleading"}})
    if (reason.starts_with(start)) return old;
  return "reasonOther";
}

}  // namespace

BlueskyAddress ReadBlueskyAddress(std::string_view global_id) {
  constexpr std::string_view kScheme = "at://", kCollection = "/app.bsky.feed.post/";
  const auto middle = global_id.find(kCollection);
  if (!global_id.starts_with(kScheme) || middle == global_id.npos) return {};
  BlueskyAddress address{std::string(global_id.substr(kScheme.size(), middle - kScheme.size())), std::string(global_id.substr(middle + kCollection.size()))};
  if (!address.did.starts_with("did:") || address.did.find('/') != std::string::npos || address.rkey.empty() || address.rkey.find('/') != std::string::npos) return {};
  return address;
}

ReportForm BlueskyForm(const std::vector<std::string>& offered, bool all, Category category) {
  ReportForm form;
  form.max_text = kMostText;
  const auto has = [&](std::string_view prefix, std::string_view name) {
    return all || std::ranges::find(offered, std::string(prefix) + std::string(name)) != offered.end();
  };
  for (const auto& reason : kReasons)
    if (has(kNew, reason.name)) form.reasons.push_back({std::string(kNew) + std::string(reason.name), std::string(reason.label), std::string(reason.help)});
  const auto wanted = Wanted(category);
  if (!form.reasons.empty()) {
    const std::string id = std::string(kNew) + std::string(wanted);
    if (std::ranges::find(form.reasons, id, &ReportReason::id) != form.reasons.end()) form.suggested = id;
  } else {
    // An older service, or one that could not be asked: every service knows these.
    const bool any_old = std::ranges::any_of(offered, [](const std::string& id) { return id.starts_with(kOld); });
    for (const auto& reason : kOldReasons)
      if (!any_old || has(kOld, reason.name)) form.reasons.push_back({std::string(kOld) + std::string(reason.name), std::string(reason.label), std::string(reason.help)});
    const std::string id = std::string(kOld) + std::string(InOldWords(wanted));
    if (std::ranges::find(form.reasons, id, &ReportReason::id) != form.reasons.end()) form.suggested = id;
  }
  if (category == Category::kDefamation)
    form.notes.push_back("Bluesky's moderators judge their own rules, not whether a statement is true: for a false statement that does serious harm take legal advice, or a section 5 notice");
  return form;
}

Result<ReportForm> BlueskyReports::Form(const Post&, Category category) {
  const std::string path = "/xrpc/app.bsky.labeler.getServices?dids=" + UrlEncode(places_.moderation) + "&detailed=true";
  const std::string what = "asking Bluesky which reasons its moderation service takes";
  auto response = session_.has_account() ? session_.Ask(
                                               [&](const std::string& server, const std::string& token) {
                                                 HttpRequest request;
                                                 request.url = server + path;
                                                 request.headers = {{"accept", "application/json"}, {"authorization", "Bearer " + token}};
                                                 return tools_.http.Send(request);
                                               },
                                               what)
                                         : tools_.http.Send({.url = places_.appview + path, .headers = {{"accept", "application/json"}}});
  std::string trouble;
  JsonParser parser;
  if (!response) {
    trouble = response.error().message();
  } else if (response->status != 200) {
    trouble = StatusError(*response, what, tools_.clock.Now()).message();
  } else if (const auto body = parser.Parse(response->body); !body) {
    trouble = "its answer cannot be read";
  } else {
    const Json view = (*body)["views"][0];
    if (view.IsObject()) {
      std::vector<std::string> offered;
      view["reasonTypes"].Each([&](Json reason) { offered.emplace_back(reason.StringOr("")); });
      // Left out, as opposed to empty, means that every reason is taken.
      return BlueskyForm(offered, !view["reasonTypes"].IsArray(), category);
    }
    trouble = "it says nothing about itself";
  }
  auto form = BlueskyForm({}, false, category);
  form.notes.insert(form.notes.begin(), "the service's own list of reasons could not be read (" + trouble + "): these are the ones every service knows");
  return form;
}

ReportOutcome BlueskyReports::Submit(const ApprovedReport& report) {
  const Post& post = report.post();
  if (ReadBlueskyAddress(post.global_id).did.empty()) return CannotSend("\"" + ForTerminal(ClipUtf8(post.global_id, 120)) + "\" is not the address of a post on Bluesky");
  if (post.version_id.empty()) return CannotSend("the version of the post that was seen is not known");
  const auto& reason = report.choice().reason;
  if (!reason.starts_with(kNew) && !reason.starts_with(kOld)) return CannotSend("no reason of Bluesky's was chosen (\"" + ForTerminal(ClipUtf8(reason, 80)) + "\")");
  if (CountCharacters(report.text()) > kMostText) return CannotSend("the text is longer than " + std::to_string(kMostText) + " characters");
  if (!session_.has_account()) return NotSentBecause(Error{Fault::kSignIn, "reporting needs an account: add `handle` and password_file to the source"});

  JsonWriter body;
  body.Object().Key("modTool").Object().Key("meta").Object().Field("key", report.key()).EndObject().Field("name", "heed/" HEED_VERSION).EndObject();
  body.Field("reason", report.text()).Field("reasonType", reason);
  body.Key("subject").Object().Field("$type", "com.atproto.repo.strongRef").Field("cid", post.version_id).Field("uri", post.global_id).EndObject().EndObject();
  const std::string text = body.Take();
  const std::string what = "reporting to Bluesky";

  // What the last attempt says about what has been read; a refused token was looked at before anything else.
  bool begun = false;
  const auto response = session_.Ask(
      [&](const std::string& server, const std::string& token) -> Result<HttpResponse> {
        HttpRequest request;
        request.method = "POST";
        request.url = server + "/xrpc/com.atproto.moderation.createReport";
        request.headers = {{"accept", "application/json"},
                           {"content-type", "application/json"},
                           {"authorization", "Bearer " + token},
                           {"atproto-proxy", places_.moderation + "#atproto_labeler"}};
        request.body = text;
        auto sent = SendOnce(tools_.http, std::move(request));
        begun = sent.begun && !(sent.response && BlueskyTokenRefused(*sent.response));
        return std::move(sent.response);
      },
      what);
  if (!response && !begun) return NotSentBecause(response.error());
  auto outcome = OutcomeOf(response, begun, what, tools_.clock.Now());
  if (outcome.fate == Fate::kAccepted) {
    JsonParser parser;
    const auto answer = parser.Parse(response->body);
    const auto id = answer ? (*answer)["id"].Id() : std::nullopt;
    if (!id) {
      outcome.fate = Fate::kUncertain;
      outcome.message = "what answered does not speak as Bluesky does; it may have been read";
      return outcome;
    }
    outcome.reference = *id;
  }
  if (outcome.fate == Fate::kRefused && ReadBlueskyRefusal(*response).name == "AccountTakedown")
    outcome.message = "the school's account is taken down, so Bluesky takes no reports from it: look at it in the Bluesky app";
  return outcome;
}

Result<HttpResponse> BlueskyReports::Get(const std::string& url, std::string& answers, const AddressGuard* guard) {
  HttpRequest request;
  request.url = url;
  request.headers = {{"accept", "application/json"}};
  request.timeout = milliseconds{30'000};
  request.max_body = 1 << 20;
  request.max_redirects = 0;
  request.guard = guard;
  auto response = tools_.http.Send(request);
  AddAnswer(answers, "GET " + url, response);
  return response;
}

PresenceCheck BlueskyReports::Recheck(const Post& post) {
  PresenceCheck check;
  const auto address = ReadBlueskyAddress(post.global_id);
  if (address.did.empty()) {
    check.answer = "not the address of a post on Bluesky";
    return check;
  }
  const auto response = Get(places_.appview + "/xrpc/app.bsky.feed.getPosts?uris=" + UrlEncode(post.global_id), check.answer);
  if (!response) {
    check.wait = response.error().retry_after();
    return check;
  }
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  if (response->status != 200 || !body || !(*body)["posts"].IsArray()) {
    check.wait = AskedWait(*response, tools_.clock.Now());
    return check;
  }
  const Json posts = (*body)["posts"];
  if (posts.size() == 0) {
    // Left out: that is how the AppView says "not here".
    check.presence = WhoRemoved(post, check.answer);
    return check;
  }
  const Json found = posts[0];
  if (found["uri"].StringOr("") != post.global_id) return check;
  bool limited = false;
  found["labels"].Each([&](Json label) {
    const auto value = label["val"].StringOr("");
    limited = limited || ((value == "!hide" || value == "!warn" || value == "!takedown") && !label["neg"].Bool().value_or(false));
  });
  const auto cid = found["cid"].StringOr("");
  check.presence = limited ? Presence::kUpLimited : !post.version_id.empty() && !cid.empty() && cid != post.version_id ? Presence::kUpEdited : Presence::kUp;
  return check;
}

std::string BlueskyReports::ServerOfAuthor(const std::string& did, std::string& answers) {
  if (!did.starts_with("did:plc:")) return "";  // did:web would have us ask any address a stranger names
  const auto response = Get(places_.directory + "/" + UrlEncode(did), answers);
  if (!response || response->status != 200) return "";
  JsonParser parser;
  const auto body = parser.Parse(response->body);
  if (!body || (*body)["id"].StringOr("") != did) return "";
  std::string server;
  (*body)["service"].Each([&](Json service) {
    const auto id = service["id"].StringOr("");
    if (!id.ends_with("#atproto_pds")) return;
    if (const auto origin = UrlOrigin(service["serviceEndpoint"].StringOr("")); origin && (*origin == session_.service() || origin->starts_with("https://"))) server = *origin;
  });
  return server;
}

// The AppView has it no more.  The author's own server tells whether the account is gone, whether the author deleted the post, or
// whether it is there still, and so was taken down.
Presence BlueskyReports::WhoRemoved(const Post& post, std::string& answers) {
  const auto address = ReadBlueskyAddress(post.global_id);
  const auto server = ServerOfAuthor(address.did, answers);
  if (server.empty()) return Presence::kGoneUnknown;
  // Our own account's server, on a test network too, is no stranger's.
  const AddressGuard* guard = server == session_.service() ? nullptr : &guard_;
  JsonParser parser;
  const auto status = Get(server + "/xrpc/com.atproto.sync.getRepoStatus?did=" + UrlEncode(address.did), answers, guard);
  if (!status) return Presence::kGoneUnknown;
  if (status->status == 400 && ReadBlueskyRefusal(*status).name == "RepoNotFound") return Presence::kAccountGone;
  if (status->status == 200) {
    const auto body = parser.Parse(status->body);
    if (body && (*body)["active"].Bool() == false) return Presence::kAccountGone;
  }
  const auto record = Get(server + "/xrpc/com.atproto.repo.getRecord?repo=" + UrlEncode(address.did) + "&collection=app.bsky.feed.post&rkey=" + UrlEncode(address.rkey), answers, guard);
  if (!record) return Presence::kGoneUnknown;
  if (record->status == 400 && ReadBlueskyRefusal(*record).name == "RecordNotFound") return Presence::kGoneByAuthor;
  if (record->status == 200) {
    const auto body = parser.Parse(record->body);
    if (body && (*body)["uri"].StringOr("") == post.global_id) return Presence::kGoneByPlatform;
  }
  return Presence::kGoneUnknown;
}

}  // namespace heed
