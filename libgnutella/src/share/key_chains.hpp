#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <limits>
#include <vector>

namespace gnutella::share {

/// From a 64-bit key to the records that have it, each record a number counted from 0. Keys are hashes: whoever looks
/// one up compares what was hashed. Records are only added; clear() and add them again to forget some.
class KeyChains {
  public:
    using Record = std::uint32_t;
    static constexpr Record none = std::numeric_limits<Record>::max();

    /// Adds the next record: the first is 0.
    void add(std::uint64_t key) {
        const auto record = static_cast<Record>(next_.size());
        const auto [place, added] = heads_.try_emplace(key, record);
        next_.push_back(added ? none : place->second);
        place->second = record;
    }

    /// @return the record that was added last under the key, or `none`.
    Record first(std::uint64_t key) const {
        const auto place = heads_.find(key);
        return place == heads_.end() ? none : place->second;
    }

    /// @return the record that was added before under the same key, or `none`.
    Record next(Record record) const { return next_[record]; }

    void clear() {
        heads_.clear();
        next_.clear();
    }

  private:
    boost::unordered_flat_map<std::uint64_t, Record> heads_;
    std::vector<Record> next_;
};

}  // namespace gnutella::share
