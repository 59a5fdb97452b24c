#pragma once

#include "transfer/alternate_locations.hpp"

#include <gnutella/urn.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace gnutella::transfer {

/// Who else has the files that this node has or fetches: what it was told, bounded and for an hour. It reads no clock;
/// not for several threads at once.
class LocationCache {
  public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::hours lifetime{1};
    /// Files whose locations are kept; beyond it those are forgotten of which nothing was heard for longest.
    static constexpr std::size_t max_files = 1'000;

    /// @param max_locations kept for one file; beyond it the oldest are forgotten.
    explicit LocationCache(std::size_t max_locations) : max_locations_(max_locations) {}

    /// Who says so.
    enum class Word : std::uint8_t {
        of_others,
        its_own,  ///< who is there has said so itself
    };

    /// Somebody has the file, as of now. The key that was heard last is kept.
    /// @param urn with a SHA-1; of others nothing is kept.
    void learn(const Urn& urn, const AlternateLocation& location, Time now, Word word = Word::of_others);

    /// He has it no more, or is not there. Should that be a lie, he is learnt again with his next request.
    void forget(const Urn& urn, const AlternateLocation& location);

    /// What may be told to somebody, the latest first; never himself.
    /// @param who see is_fit_for.
    /// @param known to him already.
    std::vector<AlternateLocation> tell(const Urn& urn, const std::optional<wire::IpAddress>& who,
                                        std::span<const AlternateLocation> known, std::size_t most, Time now) const;

    /// Those that have said so themselves: nobody can have us ask a third party by that.
    std::vector<AlternateLocation> introduced(const Urn& urn, Time now) const;

    std::size_t files() const noexcept { return files_.size(); }
    /// How many locations were forgotten because there was no room.
    std::uint64_t forgotten() const noexcept { return forgotten_; }

  private:
    struct Known {
        AlternateLocation location;
        Time heard;
        Word word;
    };
    struct File {
        std::list<Known> locations;  // the latest first
        std::list<Sha1>::iterator place;
    };

    std::size_t max_locations_;
    std::map<Sha1, File> files_;
    std::list<Sha1> latest_;  // of which something was heard last, first
    std::uint64_t forgotten_ = 0;
};

}  // namespace gnutella::transfer
