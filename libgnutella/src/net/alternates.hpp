#pragma once

#include "net/transfer_counters.hpp"
#include "transfer/location_cache.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/urn.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace gnutella::net {

/// Who else has which file, as uploads and downloads learn and tell it. Any thread may call any function.
class Alternates {
  public:
    /// @param max_locations see Settings::max_alternate_locations.
    Alternates(std::size_t max_locations, std::shared_ptr<TransferCounters> counters)
        : counters_(std::move(counters)), cache_(max_locations) {}

    /// Header values: who else has the file, and who has it no more. Empty where nothing is said.
    struct Said {
        std::string_view alternates;  ///< X-Alt
        std::string_view quic;        ///< X-Alt-Quic: some of these, with their keys
        std::string_view former;      ///< X-NAlt
    };

    /// Takes what somebody said; what he cannot know is not believed, and counted.
    /// @param who the far end: a numeric address.
    /// @return who he says has the file, without what was not believed.
    std::vector<transfer::AlternateLocation> hear(const Urn& urn, const Endpoint& who, const Said& said);

    /// Who else has the file, for him: not himself, nor what he knows, nor what is none of his business.
    std::vector<transfer::AlternateLocation> tell(const Urn& urn, const Endpoint& who,
                                                  std::span<const transfer::AlternateLocation> known);

    /// A source that sent a part of a file which was right: others may use it too.
    void learn(const Urn& urn, const Hit& source);
    /// A source that has not got the file, or cannot be had.
    void forget(const Urn& urn, const Endpoint& source);
    /// Those that have told us of themselves: more sources for a download. Not those of whom others did, who only ask
    /// us for something: they must not have us ask third parties.
    std::vector<transfer::AlternateLocation> introduced(const Urn& urn);

  private:
    // With the mutex held.
    void learn_one(const Urn& urn, const transfer::AlternateLocation& location, transfer::LocationCache::Word word);

    std::shared_ptr<TransferCounters> counters_;
    std::mutex mutex_;
    transfer::LocationCache cache_;
};

}  // namespace gnutella::net
