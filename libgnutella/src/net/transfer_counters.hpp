#pragma once

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
    std::atomic<std::uint64_t> trees_sent{0};
    std::atomic<std::uint64_t> trees_not_known{0};
    std::atomic<std::uint64_t> alternates_refused{0};
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
    /// Files that could not be opened when they were wanted, or changed while they were sent.
    std::atomic<std::uint64_t> files_not_shared{0};
};

}  // namespace gnutella::net
