// A page of the console, and one visit to it.
//
// A page is one row of a table: method, path, who may, function.  The tables stand beside their functions (pages/*.cc) and are
// joined in pages.cc.  To add a page: write the function, add its row, add a template; everything else (signing in, roles and schools,
// form tokens, rate limits, headers, the 404 for another school's case) is done by console.cc before the function runs, and
// tests/console tries every row against every role.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/access/gate.h"
#include "src/console/view.h"
#include "src/http/message.h"
#include "src/http/parse.h"
#include "src/model/case.h"
#include "src/model/person.h"
#include "src/model/school.h"
#include "src/store/store.h"

namespace heed {

struct ConsoleParts;
struct Visit;

enum class Reach {
  kPublic,      // anybody, signed in or not
  kEntering,    // whoever has begun to sign in, or is in
  kSignedIn,    // anybody who is in
  kSomeSchool,  // one of the roles at one school at least; the page keeps to Visit::schools
  kCase,        // one of the roles at the school of {case}; for anybody else there is no such case
  kEverywhere,  // one of the roles for every school
};

struct WebPage {
  std::string_view method;  // "GET" (a HEAD too) or "POST"
  std::string_view path;    // "/cases/{case}"
  Reach reach = Reach::kSignedIn;
  Roles who = 0;            // for kSomeSchool, kCase and kEverywhere
  http::Response (*answer)(Visit&) = nullptr;
  std::uint64_t body = 0;   // bytes a form may have; 0: what every form may.  Uploads say more
};

// Every page there is.
std::span<const WebPage> AllPages();
// The page for a method and path; `path_found` says whether there is one by another method.
const WebPage* FindPage(std::string_view method, std::string_view path, http::Fields& parts, bool& path_found);

// What is wrong with a form: the field's id in the page ("" for the form as a whole) and what to do.
struct Problem {
  std::string field, message;
};

// One request being answered.  Lives for one call of a page's function.
struct Visit {
  const http::Request& request;
  const ConsoleParts& parts;
  const WebPage* page = nullptr;
  http::Fields path;   // "case" of "/cases/{case}"
  http::Fields query, form;
  std::vector<http::Upload> uploads;
  std::string from;    // the visitor's address
  bool secure = false; // the browser came over https
  Instant now{};
  std::optional<Visitor> visitor;
  std::vector<std::string> schools;  // where the page's roles are held; for kCase the case's school
  std::optional<Case> c;             // for kCase
  std::string csrf;
  std::vector<std::string> cookies;  // to be set by the answer
  std::vector<Problem> problems;
  std::string flash;                 // of the page before
  mutable std::optional<std::map<std::string, std::string>> names;  // of people, by id; read when first needed

  const Person& person() const { return visitor->person; }
  bool Is(Stage stage) const { return visitor && visitor->session.stage == stage; }
  const School* FindSchool(std::string_view id) const;
  std::string SchoolName(std::string_view id) const;  // its id where it is not configured any more
  // How colleagues call a person: by name, and by id where two bear it or nobody is known by it ("heed").
  std::string PersonName(const std::string& id) const;
  // Those of `schools` as a form chose them; all of them where it chose none, none where it chose one that is not theirs.
  std::vector<std::string> Chosen(const std::string& school) const;

  // A token for the forms of somebody who has no session yet.
  void NeedToken();
  // The browser holds this session from now on.
  void Enter(const Admission& entry);
  void Leave();

  void Complain(std::string field, std::string message) { problems.push_back({std::move(field), std::move(message)}); }

  // A filled template inside the layout.  With problems the status is 422 and the template also finds each as error_FIELD.
  http::Response Show(std::string_view title, std::string_view page_template, Slots view, int status = 200);
  // After a form: 303 to a page of ours, which shows `done` once.
  http::Response Go(std::string_view where, std::string_view done = "");
  // A page of plain words: what is wrong and what to do.
  http::Response Say(int status, std::string_view heading, std::vector<std::string> paragraphs, std::string_view link = "", std::string_view link_text = "");
  // What a Result's error means to somebody at a browser.
  http::Response SayError(const Error& error);
};

// "26 Nov 2026 09:00" and how a role, category, fault are called on pages.
std::string Capital(std::string_view text);

}  // namespace heed
