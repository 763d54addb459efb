// The text of a file of saved state:
//
//   skep-state 1 <CRC-32 of the body, 8 hex digits> <bytes of the body>
//   {"service": ..., the snapshot ..., "cells": [[state, action, value, visits], ...]}
//
// The first line guards the rest, which is JSON for people too: tail -n +2 FILE | jq. The number
// after skep-state is the version of the format. Numbers are written so that they read back as
// exactly the same value.
#pragma once

#include "core/snapshot.hpp"
#include "daemon/moment.hpp"
#include "daemon/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace skep {

/// Files larger than this are refused: 64 MiB.
inline constexpr std::size_t kLargestStateBytes = std::size_t{64} << 20;

struct SavedState {
  std::string service;
  Moment saved_at;
  Snapshot snapshot;

  bool operator==(const SavedState&) const = default;
};

/// `service` and the layout in UTF-8 (broken bytes are replaced). A cell whose value or visits are
/// not finite is left out, so that it goes back to its prior; such an epsilon is written as 0.
/// Error: kNotFinite, for an array with such a value, which would not read back; the message is the
/// end of a sentence.
Result<std::string> encode_state(std::string_view service, const Snapshot& snapshot,
                                 const Moment& saved_at);

/// The opposite. Takes nothing but exactly what encode_state writes, in the same order, with
/// durations and counts that are not negative; the clock since boot may be missing. Error:
/// kDamaged; the message is the end of a sentence: "it is cut off: 100 of 200 bytes are there".
Result<SavedState> decode_state(std::string_view text);

}  // namespace skep
