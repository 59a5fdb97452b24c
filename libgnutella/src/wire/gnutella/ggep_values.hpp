#pragma once

#include "wire/gnutella/ggep.hpp"

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string_view>

namespace gnutella::wire {

/// The values of those extensions that are of interest, in one pass over the blocks. Of several of the same name the
/// first counts, so that a message cannot make us inflate the same name a thousand times.
template <std::size_t count>
class GgepValues {
  public:
    /// @param names what is of interest, by its index in here.
    /// @param memory holds values that were encoded.
    GgepValues(std::string_view blocks, const std::array<std::string_view, count>& names,
               std::pmr::memory_resource& memory)
        : memory_(memory) {
        GgepReader reader(blocks);
        while (const auto extension = reader.next()) {
            for (std::size_t at = 0; at < count; ++at) {
                if (extension->id == names[at] && !found_[at]) {
                    found_[at] = extension;
                }
            }
        }
    }

    bool has(std::size_t at) const noexcept { return found_[at].has_value(); }
    /// nullopt when it is not there, or not encoded as it says.
    std::optional<std::string_view> operator[](std::size_t at) const {
        return found_[at] ? ggep_value(*found_[at], memory_) : std::nullopt;
    }
    /// Empty when it is not there.
    std::string_view text(std::size_t at) const { return (*this)[at].value_or(std::string_view()); }

  private:
    std::pmr::memory_resource& memory_;
    std::array<std::optional<GgepExtension>, count> found_;
};

}  // namespace gnutella::wire
