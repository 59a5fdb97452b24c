#pragma once

#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/stream_inflater.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::net {

/// Reads the body of an answer to browse host, a piece at a time: Query Hits behind one another, compressed or not. It
/// keeps one unfinished message at most. Pure.
class BrowseReader {
  public:
    enum class Coding : unsigned char { none, deflate };

    /// Bytes of one list, inflated: several million files.
    static constexpr std::size_t max_bytes = std::size_t{1} << 30;

    /// @param source the peer that is browsed: its files are had from there, whatever its hits say.
    /// @param client the name of its program.
    BrowseReader(Coding coding, wire::DecodeLimits limits, Endpoint source, std::string client);

    /// Takes what has come, and appends the hits that are whole.
    /// @return source_answer when it is no such list, or too long.
    error_code take(std::string_view bytes, std::vector<Hit>& hits);

    /// Whether a message was cut off at the end.
    bool is_cut_short() const noexcept { return !pending_.empty(); }

  private:
    error_code take_plain(std::string_view bytes, std::vector<Hit>& hits);
    void take_hit(const wire::QueryHit& hit, std::vector<Hit>& hits) const;

    wire::GnutellaDecoder decoder_;
    std::optional<wire::StreamInflater> inflater_;
    Endpoint source_;
    std::string client_;
    std::string pending_;
    std::size_t taken_ = 0;
};

}  // namespace gnutella::net
