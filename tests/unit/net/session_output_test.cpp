#include "net/session_output.hpp"

#include "wire/gnutella/stream_inflater.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace gnutella::net {
namespace {

using overlay::Priority;

constexpr SessionLayers plain_session{};
constexpr SessionLayers deflated_session{.sends_deflated = true};

/// Writes all there is, at most `most` bytes in each call, as a socket may take them.
std::string write_all(SessionOutput& output, std::size_t most) {
    std::string written;
    std::array<iovec, 8> pieces;
    while (const std::size_t count = output.pieces(pieces)) {
        std::string bytes;
        for (const iovec& piece : std::span(pieces).first(count)) {
            bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
        }
        bytes.resize(std::min(bytes.size(), most));
        written += bytes;
        output.advance(bytes.size());
    }
    return written;
}

std::string inflated(std::string_view bytes) {
    wire::StreamInflater inflater;
    std::string out(1'000'000, '\0');
    const auto step = inflater.next(bytes, out);
    EXPECT_EQ(step.outcome, wire::StreamInflater::Outcome::more_input);
    out.resize(step.produced);
    return out;
}

TEST(SessionOutput, WritesWhatWasQueuedInOrderHoweverLittleIsTaken) {
    for (const SessionLayers& layers : {plain_session, deflated_session}) {
        for (const std::size_t most : {1U, 5U, 100'000U}) {
            SessionOutput output(1'000'000, layers);
            std::string all;
            for (int at = 0; at < 50; ++at) {
                const std::string message = "message " + std::to_string(at) + '\n';
                all += message;
                output.push(wire::Frame::copy_of(message), Priority::query);
            }
            const std::string written = write_all(output, most);
            EXPECT_EQ(layers == plain_session ? written : inflated(written), all) << most;
            EXPECT_TRUE(output.at_boundary());
        }
    }
}

TEST(SessionOutput, IsOneCompressedStreamThatCanBeReadAfterEachBurst) {
    SessionOutput output(1'000'000, deflated_session);
    std::string stream;
    for (int burst = 0; burst < 3; ++burst) {
        output.push(wire::Frame::copy_of("a message that is like all others, "), Priority::query);
        stream += write_all(output, 100'000);
        EXPECT_EQ(inflated(stream).size(), 35U * static_cast<std::size_t>(burst + 1));
    }
}

TEST(SessionOutput, DropsBeforeItCompresses) {
    SessionOutput output(1'000, deflated_session);
    std::size_t dropped = 0;
    for (int at = 0; at < 100; ++at) {
        dropped += output.push(wire::Frame::copy_of(std::string(100, 'x')), Priority::query).dropped;
    }
    EXPECT_EQ(dropped, 90U);
    EXPECT_EQ(inflated(write_all(output, 100'000)).size(), 1'000U);
}

TEST(SessionOutput, CountsWhatIsBeingWrittenUntilItHasLeft) {
    for (const SessionLayers& layers : {plain_session, deflated_session}) {
        SessionOutput output(1'000, layers);
        output.push(wire::Frame::copy_of(std::string(900, 'x')), Priority::query);
        std::array<iovec, 8> pieces;
        ASSERT_EQ(output.pieces(pieces), 1U);
        EXPECT_EQ(output.push(wire::Frame::copy_of(std::string(200, 'y')), Priority::query).dropped, 1U);
        output.advance(pieces[0].iov_len);
        EXPECT_EQ(output.push(wire::Frame::copy_of(std::string(200, 'y')), Priority::query).dropped, 0U);
    }
}

TEST(SessionOutput, TakesOneAtATimeForWhoReadsEachAsOne) {
    SessionOutput output(1'000, plain_session);
    output.one_at_a_time();
    output.push(wire::Frame::copy_of("one"), Priority::control);
    output.push(wire::Frame::copy_of("two"), Priority::control);
    std::array<iovec, 8> pieces;
    ASSERT_EQ(output.pieces(pieces), 1U);
    EXPECT_EQ(pieces[0].iov_len, 3U);
    output.advance(3);
    EXPECT_TRUE(output.at_boundary());
}

}  // namespace
}  // namespace gnutella::net
