// Failure as a value: Result<T>, Error, and HEED_TRY.
//
// A Fault says what the caller can do about it; the message names the thing; each caller adds what it
// alone knows with While().  The one thing heed never does is turn "I could not look" into "nothing
// there", so there is no default-constructed success here.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace heed {

// What the caller can do.  Names are stable: they are printed with --json and stored in a source's state.
enum class Fault {
  kInvalid,      // a person's input is wrong: show them where and what was meant
  kNotFound,     // looked, and it is not there (a positive answer)
  kExists,       // already there
  kSignIn,       // credentials missing, expired or refused: a person must renew them
  kDenied,       // understood and refused (403, terms): a person must look, never retry in a loop
  kBusy,         // asked too often (429) or locked by another process: retry after retry_after()
  kUnavailable,  // network, time-out, 5xx: retry later
  kMalformed,    // a stranger's bytes do not parse
  kTooLarge,     // over a limit we set
  kGone,         // gone for good (410): stop asking
  kUnsupported,  // newer or other than what we can handle
  kIo,           // disk or another library failed
  kCancelled,    // we were asked to stop
};

// "invalid", "not-found", ...: the name used in JSON and in the store.
std::string_view ToString(Fault fault);
std::optional<Fault> ParseFault(std::string_view name);

class [[nodiscard]] Error {
 public:
  Error(Fault fault, std::string message) : fault_(fault), message_(std::move(message)) {}

  Fault fault() const { return fault_; }
  const std::string& message() const { return message_; }

  // How long to leave the other side alone, where it said so (Retry-After, rate-limit reset).
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
  Error RetryAfter(std::chrono::seconds wait) && {
    retry_after_ = wait;
    return std::move(*this);
  }

  // Puts what the caller was doing in front: "closing case 12: disk is full".
  Error While(std::string_view doing) && {
    message_.insert(0, ": ").insert(0, doing);
    return std::move(*this);
  }

 private:
  Fault fault_;
  std::string message_;
  std::optional<std::chrono::seconds> retry_after_;
};

template <typename T>
using Result = tl::expected<T, Error>;

// So that a function can simply `return Error{Fault::kIo, "..."}`.
// tl::expected wants tl::unexpected<Error>; Fail() builds it.
inline tl::unexpected<Error> Fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> Fail(Fault fault, std::string message) {
  return tl::unexpected<Error>(Error{fault, std::move(message)});
}

using Done = Result<void>;

}  // namespace heed

// auto matcher = HEED_TRY(Matcher::Compile(terms));   returns the error to the caller, or yields the value.
// A statement expression: both g++ and clang have them.  One to a line.
#define HEED_TRY(...)                                                        \
  __extension__({                                                            \
    auto heed_result = (__VA_ARGS__);                                        \
    if (!heed_result) return ::heed::Fail(std::move(heed_result).error());   \
    ::heed::internal::Take(std::move(heed_result));                          \
  })

namespace heed::internal {
template <typename T>
T Take(Result<T>&& result) {
  return *std::move(result);
}
inline void Take(Result<void>&&) {}
}  // namespace heed::internal
