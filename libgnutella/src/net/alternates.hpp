#pragma once

#include "net/transfer_counters.hpp"
#include "transfer/location_cache.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/urn.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace gnutella::net {

/// Who else has which file, as uploads and downloads learn and tell it. Any thread may call any function.
class Alternates {
  public:
    /// @param max_locations see Settings::max_alternate_locations.
    Alternates(std::size_t max_locations, std::shared_ptr<TransferCounters> counters)
        : counters_(std::move(counters)), cache_(max_locations) {}

    /// Takes what somebody said in X-Alt and X-NAlt; what he cannot know is not believed, and counted.
    /// @param who the far end: a numeric address.
    /// @return what he knows.
    std::vector<transfer::AlternateLocation> hear(const Urn& urn, const Endpoint& who, std::string_view alternates,
                                                  std::string_view former);

    /// The value of the X-Alt header for him; empty when there is nothing to tell.
    std::string tell(const Urn& urn, const Endpoint& who, std::span<const transfer::AlternateLocation> known);

    /// A source of a file that we fetch, which others may use too.
    void learn(const Urn& urn, const Endpoint& source);
    /// A source that has failed.
    void forget(const Urn& urn, const Endpoint& source);
    /// All sources of a file that are known: more for a download.
    std::vector<Endpoint> find(const Urn& urn);

  private:
    std::shared_ptr<TransferCounters> counters_;
    std::mutex mutex_;
    transfer::LocationCache cache_;
};

}  // namespace gnutella::net
