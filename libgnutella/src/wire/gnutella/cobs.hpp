#pragma once

#include <string>
#include <string_view>

namespace gnutella::wire {

// Consistent overhead byte stuffing: bytes without a NUL among them (Cheshire and Baker, 1997; GGEP, "Encoding Types").

/// Appends `bytes` encoded to `to`: one byte more for each 254.
void encode_cobs(std::string_view bytes, std::string& to);

/// Takes encoded bytes apart, a piece that needs no copying at a time.
class CobsReader {
  public:
    explicit CobsReader(std::string_view encoded) noexcept : rest_(encoded) {}

    struct Piece {
        std::string_view bytes;
        /// Whether a NUL comes behind them.
        bool nul = false;
    };

    /// @return false at the end and when what is left is not encoded so; broken() tells which.
    bool next(Piece& piece) noexcept;
    bool broken() const noexcept { return broken_; }

  private:
    std::string_view rest_;
    bool broken_ = false;
};

}  // namespace gnutella::wire
