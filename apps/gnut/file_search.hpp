#pragma once

#include "awaiting.hpp"
#include "target.hpp"

#include <gnutella/peer.hpp>

#include <chrono>
#include <optional>
#include <vector>

namespace gnut {

/// The hits of a search for one file, and how it ended.
struct SearchResult {
    gnutella::error_code error;
    std::vector<gnutella::Hit> hits;
    /// The search itself, until its time is over; for join_later().
    gnutella::Query query;
};

/// Begins a search for one file.
gnutella::Query begin_search(gnutella::Peer& peer, const Target& target, std::chrono::milliseconds timeout);

/// Searches for one file. Waits for the whole time only while nobody has offered just what is wanted: after the first
/// exact hit, others have 300 ms more to be among the hits.
awaitable<SearchResult> search_for_file(gnutella::Peer& peer, Target target, std::chrono::milliseconds timeout);

/// Adds to a download who is found later to have its file, until the search is over; in the background.
void join_later(gnutella::Peer& peer, gnutella::Query query, gnutella::Download download,
                const std::optional<gnutella::Urn>& urn);

}  // namespace gnut
