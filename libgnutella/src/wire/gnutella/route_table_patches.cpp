#include "wire/gnutella/route_table_patches.hpp"

#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/inflate.hpp"

#include <algorithm>
#include <string>

namespace gnutella::wire {

namespace {

constexpr std::size_t max_patches = 255;  // they are numbered by a byte

// An entry that is there is at distance 1: four bits say what that is away from infinity.
constexpr unsigned comes_near = (1U - own_infinity) & 0x0F;
constexpr unsigned goes_away = own_infinity - 1U;

unsigned change_of(bool before, bool now, PatchWidth width) {
    if (before == now) {
        return 0;
    }
    if (width == PatchWidth::one_bit) {
        return 1;
    }
    return now ? comes_near : goes_away;
}

std::string changes_of(const QueryRouteTable* sent, const QueryRouteTable& current, PatchWidth width) {
    const auto bits = static_cast<std::size_t>(width);
    const std::size_t entries_of_a_byte = 8 / bits;
    std::string changes(current.size() / entries_of_a_byte, '\0');
    for (std::size_t entry = 0; entry < current.size(); ++entry) {
        const unsigned change = change_of(sent != nullptr && (*sent)[entry], current[entry], width);
        const std::size_t left = 8 - bits * (entry % entries_of_a_byte + 1);
        char& byte = changes[entry / entries_of_a_byte];
        byte = static_cast<char>(static_cast<unsigned char>(byte) | change << left);
    }
    return changes;
}

}  // namespace

std::vector<Frame> encode_route_table(const Guid& id, const QueryRouteTable* sent, const QueryRouteTable& current,
                                      PatchWidth width, std::size_t max_patch) {
    std::vector<Frame> frames;
    const MessageRoute route{.id = id};
    if (sent != nullptr && sent->bits() != current.bits()) {
        sent = nullptr;
    }
    if (sent == nullptr) {
        frames.push_back(encode_binary(
            route, RouteTableReset{.length = static_cast<std::uint32_t>(current.size()), .infinity = own_infinity}));
    } else if (*sent == current) {
        return frames;
    }
    std::string compressed;
    deflate_whole(changes_of(sent, current, width), compressed);
    const std::size_t size = std::max({max_patch, std::size_t{1}, (compressed.size() + max_patches - 1) / max_patches});
    const std::size_t count = (compressed.size() + size - 1) / size;
    for (std::size_t at = 0; at < count; ++at) {
        RouteTablePatch patch;
        patch.number = static_cast<std::uint8_t>(at + 1);
        patch.count = static_cast<std::uint8_t>(count);
        patch.compressor = RouteTablePatch::zlib_compressor;
        patch.entry_bits = static_cast<std::uint8_t>(width);
        patch.data = std::string_view(compressed).substr(at * size, size);
        frames.push_back(encode_binary(route, patch));
    }
    return frames;
}

}  // namespace gnutella::wire
