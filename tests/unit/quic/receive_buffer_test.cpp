#include "net/quic/receive_buffer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::test {
namespace {

TEST(ReceiveBuffer, GivesBytesInTheOrderInWhichTheyCame) {
    net::ReceiveBuffer buffer;
    std::string all;
    std::string taken;
    for (std::size_t step = 1; step < 300; ++step) {
        const std::string more(step * 7, static_cast<char>(step));
        buffer.append(std::as_bytes(std::span(more)));
        all += more;
        std::string part(step * 6, '\0');
        part.resize(buffer.take(std::as_writable_bytes(std::span(part))));
        taken += part;
        ASSERT_EQ(buffer.size(), all.size() - taken.size());
    }
    std::string rest(buffer.size() + 10, '\0');
    rest.resize(buffer.take(std::as_writable_bytes(std::span(rest))));
    EXPECT_EQ(taken + rest, all);
}

TEST(ReceiveBuffer, SaysHowMuchItThrewAway) {
    net::ReceiveBuffer buffer;
    const std::string bytes(50'000, 'x');
    buffer.append(std::as_bytes(std::span(bytes)));
    EXPECT_EQ(buffer.clear(), 50'000U);
    EXPECT_EQ(buffer.size(), 0U);
    EXPECT_EQ(buffer.clear(), 0U);
}

}  // namespace
}  // namespace gnutella::test
