#pragma once

#include <gnutella/statistics.hpp>

#include <atomic>
#include <cstdint>

namespace gnutella::net {

/// What transfers have done since the start; those fields of gnutella::Counters that are counted on many strands.
struct TransferCounters {
    std::atomic<std::uint64_t> uploads{0};
    std::atomic<std::uint64_t> uploads_queued{0};
    std::atomic<std::uint64_t> uploads_refused{0};
    std::atomic<std::uint64_t> upload_places_lost{0};
    std::atomic<std::uint64_t> bytes_uploaded{0};
    std::atomic<std::uint64_t> bad_requests{0};
    std::atomic<std::uint64_t> trees_sent{0};
    std::atomic<std::uint64_t> trees_not_known{0};
    std::atomic<std::uint64_t> alternates_refused{0};
    std::atomic<std::uint64_t> alternates_forgotten{0};
    std::atomic<std::uint64_t> browsed{0};
    std::atomic<std::uint64_t> pushes_proxied{0};
    std::atomic<std::uint64_t> pushes_dropped{0};
    std::atomic<std::uint64_t> pushes_given{0};
    std::atomic<std::uint64_t> pushes_asked{0};
    std::atomic<std::uint64_t> unexpected_givs{0};
    std::atomic<std::uint64_t> downloads{0};
    std::atomic<std::uint64_t> bytes_downloaded{0};
    std::atomic<std::uint64_t> sources_failed{0};
    std::atomic<std::uint64_t> sources_struck_off{0};
    std::atomic<std::uint64_t> downloads_not_kept{0};
    /// Files that could not be opened when they were wanted, or changed while they were sent.
    std::atomic<std::uint64_t> files_not_shared{0};

    /// Adds each to the counter that it is.
    void add_to(Counters& all) const noexcept {
        all.uploads += uploads;
        all.uploads_queued += uploads_queued;
        all.uploads_refused += uploads_refused;
        all.upload_places_lost += upload_places_lost;
        all.bytes_uploaded += bytes_uploaded;
        all.bad_requests += bad_requests;
        all.trees_sent += trees_sent;
        all.trees_not_known += trees_not_known;
        all.alternates_refused += alternates_refused;
        all.alternates_forgotten += alternates_forgotten;
        all.browsed += browsed;
        all.pushes_proxied += pushes_proxied;
        all.pushes_dropped += pushes_dropped;
        all.pushes_given += pushes_given;
        all.pushes_asked += pushes_asked;
        all.unexpected_givs += unexpected_givs;
        all.downloads += downloads;
        all.bytes_downloaded += bytes_downloaded;
        all.sources_failed += sources_failed;
        all.sources_struck_off += sources_struck_off;
        all.downloads_not_kept += downloads_not_kept;
        all.files_not_shared += files_not_shared;
    }
};

}  // namespace gnutella::net
