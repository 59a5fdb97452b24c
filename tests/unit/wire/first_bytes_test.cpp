#include "wire/first_bytes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gnutella::wire {
namespace {

const std::vector<std::pair<std::string, FirstBytes>> openings{
    {"{\"type\": \"PING\"}", FirstBytes::json},
    {" {", FirstBytes::json},
    {"\t", FirstBytes::json},
    {"\r\n{", FirstBytes::json},
    {"\n", FirstBytes::json},
    {"GNUTELLA CONNECT/0.6\r\n", FirstBytes::gnutella},
    {"GET /uri-res/N2R?urn:sha1:X HTTP/1.1\r\n", FirstBytes::http},
    {"HEAD / HTTP/1.1\r\n", FirstBytes::http},
    {"GIV 1:0123456789ABCDEF0123456789ABCDEF/a\n\n", FirstBytes::giv},
    {"\x16\x03\x01", FirstBytes::tls},
};

TEST(FirstBytes, TellWhatAConnectionIs) {
    for (const auto& [bytes, meaning] : openings) {
        EXPECT_EQ(recognise(bytes), meaning) << bytes;
    }
}

TEST(FirstBytes, AreUndecidedOnlyUntilTheyAreClearAndThenNeverChange) {
    for (const auto& [bytes, meaning] : openings) {
        bool decided = false;
        for (std::size_t size = 0; size <= bytes.size(); ++size) {
            const FirstBytes so_far = recognise(std::string_view(bytes).substr(0, size));
            if (so_far == FirstBytes::undecided) {
                EXPECT_FALSE(decided) << bytes << ", " << size << " bytes";
                EXPECT_LT(size, max_first_bytes);
            } else {
                EXPECT_EQ(so_far, meaning) << bytes << ", " << size << " bytes";
                decided = true;
            }
        }
        EXPECT_TRUE(decided) << bytes;
    }
}

TEST(FirstBytes, OfAnythingElseAreUnknownAsSoonAsThatIsClear) {
    using namespace std::string_view_literals;
    for (const std::string_view bytes : {"\0"sv, "\0{"sv, "\xEF\xBB\xBF{"sv, "[1]"sv, "\"a\""sv, "get / HTTP/1.1"sv,
                                         "POST / HTTP/1.1"sv, "GETX"sv, "GET\t/"sv, "HEADX"sv, "GIVE"sv, "GNUTELLB"sv,
                                         "GNUTELLA/0.6"sv, "SSH-2.0"sv, "X"sv, "\x80\x16"sv, "\x15"sv}) {
        EXPECT_EQ(recognise(bytes), FirstBytes::unknown) << bytes;
    }
}

TEST(FirstBytes, AreKnownForEveryByteThatAConnectionCanBeginWith) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string first(1, static_cast<char>(byte));
        const FirstBytes meaning = recognise(first);
        if (first.find_first_of("{ \t\r\n") == 0) {
            EXPECT_EQ(meaning, FirstBytes::json) << byte;
        } else if (first == "G" || first == "H") {
            EXPECT_EQ(meaning, FirstBytes::undecided) << byte;
        } else {
            EXPECT_EQ(meaning, byte == 0x16 ? FirstBytes::tls : FirstBytes::unknown) << byte;
        }
    }
}

}  // namespace
}  // namespace gnutella::wire
