#include "daemon/gzip.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <zlib.h>

namespace skep {
namespace {

constexpr int kGzipOnly = 16;                                // of inflateInit2
constexpr std::size_t kLargestPiece = std::size_t{1} << 30;  // zlib counts in 32 bits

Error damaged() {
  return {ErrorCode::kDamaged, "cannot be decompressed: it is damaged or cut off."};
}

}  // namespace

bool is_gzip(std::string_view text) { return text.starts_with("\x1f\x8b"); }

Result<std::string> gunzip(std::string_view compressed, std::size_t most_bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) return damaged();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  std::string text;
  std::array<char, 65536> piece;
  int status = Z_OK;
  while (status != Z_STREAM_END || !compressed.empty()) {
    if (status == Z_STREAM_END) inflateReset(&stream);  // another member follows
    const std::size_t offered = std::min(compressed.size(), kLargestPiece);
    // zlib reads only, but its pointer says otherwise.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(offered);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return damaged();
    compressed.remove_prefix(offered - stream.avail_in);
    text.append(piece.data(), piece.size() - stream.avail_out);
    if (text.size() > most_bytes) {
      return Error(ErrorCode::kInvalid, "decompresses to more than " +
                                            std::to_string(most_bytes / 1024) +
                                            " KiB; is it the right file?");
    }
  }
  return text;
}

}  // namespace skep
