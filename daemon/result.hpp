// Errors of the outside world are values: a Result holds what was asked for, or an Error that says
// why not.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace skep {

enum class ErrorCode {
  kUnreachable,  ///< no connection, so nothing was sent
  kTimeout,  ///< sent, but no whole answer before the deadline: the outcome of a write is unknown
  kLost,     ///< sent, but the connection broke before the whole answer: the outcome of a write is
             ///< unknown
  kCancelled,      ///< given up because skep stops: the outcome of a write is unknown
  kProtocol,       ///< the answer was malformed or too large
  kRefused,        ///< the server said no (4xx, 5xx)
  kConflict,       ///< somebody else wrote first: read again, decide again
  kNotFound,       ///< no such service
  kAmbiguous,      ///< several services match
  kNotManager,     ///< this node cannot manage the Swarm
  kNotScalable,    ///< the service has no replica count
  kEmpty,          ///< the query found nothing
  kSeveralSeries,  ///< the query found more than one value
  kNotFinite,      ///< the value is NaN, infinite, or no number
  kInvalid,        ///< the setting makes no sense
  kStorage,        ///< the folder of the saved state cannot be used
  kTooLarge,       ///< what was learned does not fit a file of saved state
  kLocked,         ///< another daemon uses the folder of the saved state
  kDamaged,        ///< a saved file is damaged, or not skep's
};

struct Error {
  Error(ErrorCode error_code, std::string error_message)
      : code(error_code), message(std::move(error_message)) {}

  ErrorCode code;
  std::string message;  ///< one sentence for a person, with what to do
};

/// True when a write that failed with `code` may have been carried out all the same.
constexpr bool outcome_unknown(ErrorCode code) {
  return code == ErrorCode::kTimeout || code == ErrorCode::kLost || code == ErrorCode::kCancelled ||
         code == ErrorCode::kProtocol;
}

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value. Asking a failed result for it is a programmer error: throws
  /// std::bad_variant_access.
  T& value() { return std::get<0>(content_); }
  const T& value() const { return std::get<0>(content_); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }

  /// The error. Asking a good result for it is a programmer error: throws std::bad_variant_access.
  Error& error() { return std::get<1>(content_); }
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

}  // namespace skep
