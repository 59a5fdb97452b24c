#include "wire/gnutella/cobs.hpp"

#include "wire/gnutella/bytes.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace gnutella::wire {
namespace {

std::string encoded(std::string_view bytes) {
    std::string to;
    encode_cobs(bytes, to);
    return to;
}

std::optional<std::string> decoded(std::string_view bytes) {
    std::string to;
    CobsReader reader(bytes);
    CobsReader::Piece piece;
    while (reader.next(piece)) {
        to += piece.bytes;
        if (piece.nul) {
            to += '\0';
        }
    }
    return reader.broken() ? std::nullopt : std::optional(to);
}

TEST(Cobs, EncodesAsThePaperShows) {
    EXPECT_EQ(encoded(bytes("\0")), hex("01 01"));
    EXPECT_EQ(encoded(bytes("\0\0")), hex("01 01 01"));
    EXPECT_EQ(encoded(hex("11 22 00 33")), hex("03 11 22 02 33"));
    EXPECT_EQ(encoded(hex("11 22 33 44")), hex("05 11 22 33 44"));
    EXPECT_EQ(encoded(hex("11 00 00 00")), hex("02 11 01 01 01"));
    EXPECT_EQ(encoded(std::string(254, 'x')), '\xFF' + std::string(254, 'x'));
    EXPECT_EQ(encoded(std::string(255, 'x')), '\xFF' + std::string(254, 'x') + hex("02 78"));
    EXPECT_EQ(encoded(std::string(254, 'x') + '\0'), '\xFF' + std::string(254, 'x') + hex("01 01"));
    EXPECT_EQ(encoded(std::string(253, 'x') + '\0'), '\xFE' + std::string(253, 'x') + hex("01"));
}

TEST(Cobs, DecodesWhatItEncodes) {
    for (const std::size_t length : {0U, 1U, 2U, 253U, 254U, 255U, 256U, 507U, 508U, 509U, 1000U}) {
        for (const std::size_t nul_every : {1U, 3U, 100U, 254U, 255U, 2000U}) {
            std::string original(length, 'x');
            for (std::size_t at = nul_every - 1; at < length; at += nul_every) {
                original[at] = '\0';
            }
            const std::string code = encoded(original);
            EXPECT_EQ(code.find('\0'), std::string::npos);
            EXPECT_EQ(decoded(code), original) << length << ' ' << nul_every;
        }
    }
}

TEST(Cobs, RejectsWhatIsNoCobs) {
    EXPECT_EQ(decoded(bytes("\0")), std::nullopt);
    EXPECT_EQ(decoded(hex("03 11")), std::nullopt);
    EXPECT_EQ(decoded(hex("02 00")), std::nullopt);
    EXPECT_EQ(decoded(hex("01 02 11 00")), std::nullopt);
    EXPECT_EQ(decoded("\xFF" + std::string(253, 'x')), std::nullopt);
}

}  // namespace
}  // namespace gnutella::wire
