#include "net/quic/send_buffer.hpp"
#include "sample_bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <string>

namespace gnutella::test {
namespace {

using net::SendBuffer;

// The first pieces of what is unsent, as one text.
std::string unsent(const SendBuffer& buffer, std::size_t pieces = 16) {
    std::array<std::span<const std::byte>, 16> found;
    const std::size_t count = buffer.peek(std::span(found).first(pieces));
    std::string text;
    for (std::size_t at = 0; at < count; ++at) {
        text.append(reinterpret_cast<const char*>(found[at].data()), found[at].size());
    }
    return text;
}

TEST(SendBuffer, KeepsWhatWasSentUntilItIsAcknowledged) {
    SendBuffer buffer;
    buffer.append(bytes_of("abcdef"));
    buffer.sent(4);
    EXPECT_EQ(unsent(buffer), "ef");
    EXPECT_EQ(buffer.kept(), 6U);
    buffer.acknowledged(3);
    EXPECT_EQ(buffer.kept(), 3U);
    EXPECT_EQ(unsent(buffer), "ef");
    buffer.acknowledged(100);  // no more than was sent
    EXPECT_EQ(buffer.kept(), 2U);
}

TEST(SendBuffer, NeverMovesWhatWasSent) {
    SendBuffer buffer;
    buffer.append(bytes_of("first"));
    std::array<std::span<const std::byte>, 1> before;
    buffer.peek(before);
    buffer.sent(5);
    for (int more = 0; more < 100; ++more) {
        buffer.append(bytes_of(std::string(10'000, 'x')));
    }
    EXPECT_EQ(std::memcmp(before[0].data(), "first", 5), 0);
}

TEST(SendBuffer, RoomCanBeFilledWhileAllElseIsAcknowledged) {
    SendBuffer buffer;
    buffer.append(bytes_of("abc"));
    const auto room = buffer.prepare(5000);
    ASSERT_EQ(room.size(), 5000U);
    buffer.sent(3);
    buffer.acknowledged(3);
    std::memset(room.data(), 'y', room.size());
    buffer.commit(4000);
    EXPECT_EQ(unsent(buffer), std::string(4000, 'y'));
    EXPECT_EQ(buffer.kept(), 4000U);
}

TEST(SendBuffer, GivesBytesInOrderWhateverHappens) {
    std::mt19937 random(3);
    SendBuffer buffer;
    std::string written;
    std::size_t sent = 0;
    std::size_t acknowledged = 0;
    for (int step = 0; step < 2000; ++step) {
        const std::size_t size = random() % 30'000;
        if (random() % 3 == 0) {
            std::string more(size, '\0');
            for (char& letter : more) {
                letter = static_cast<char>(random());
            }
            if (random() % 2 == 0 || size == 0) {
                buffer.append(bytes_of(more));
            } else {
                std::memcpy(buffer.prepare(size).data(), more.data(), size);
                buffer.commit(size);
            }
            written += more;
        } else if (random() % 2 == 0) {
            const std::string next = unsent(buffer, 3);
            const std::size_t here = std::min(size, next.size());
            ASSERT_EQ(next.compare(0, here, written, sent, here), 0);
            buffer.sent(here);
            sent += here;
        } else {
            const std::size_t here = std::min(size, sent - acknowledged);
            buffer.acknowledged(here);
            acknowledged += here;
        }
        ASSERT_EQ(buffer.unsent(), written.size() - sent);
        ASSERT_EQ(buffer.kept(), written.size() - acknowledged);
    }
}

}  // namespace
}  // namespace gnutella::test
