#include "net/quic/stateless_answers.hpp"

#include "net/quic/ngtcp2_version.hpp"

#include <boost/asio/ip/udp.hpp>

#include <gtest/gtest.h>

#include <array>

namespace gnutella::test {
namespace {

using boost::asio::ip::udp;
using net::IdentityKey;
using net::StatelessAnswers;

struct StatelessAnswersTest : testing::Test {
    const IdentityKey identity = IdentityKey::make();
    const StatelessAnswers answers{identity};
    std::array<std::uint8_t, StatelessAnswers::room> room{};
    const udp::endpoint client{boost::asio::ip::make_address("192.0.2.1"), 1000};

    static ngtcp2_cid id(std::uint8_t fill) {
        ngtcp2_cid made{};
        made.datalen = 16;
        std::fill_n(made.data, made.datalen, fill);
        return made;
    }
    static ngtcp2_pkt_hd initial() {
        ngtcp2_pkt_hd header{};
        header.type = NGTCP2_PKT_INITIAL;
        header.version = NGTCP2_PROTO_VER_V1;
        header.dcid = id(1);
        header.scid = id(2);
        return header;
    }

    // The Initial with which a client comes back after a Retry. It refers to `room`.
    ngtcp2_pkt_hd comes_back(ngtcp2_tstamp now) {
        const std::size_t size = answers.write_retry(StatelessAnswers::Room(room), initial(), client, 1200, now);
        ngtcp2_pkt_hd retry{};
        EXPECT_GT(ngtcp2_pkt_decode_hd_long(&retry, room.data(), size), 0);
        EXPECT_EQ(retry.type, NGTCP2_PKT_RETRY);
        // The token fills what is left between the header and the tag (RFC 9000, 17.2.5).
        constexpr std::size_t header_size = 1 + 4 + 1 + 16 + 1 + 16;
        constexpr std::size_t tag_size = 16;
        ngtcp2_pkt_hd again = initial();
        again.dcid = retry.scid;
        ngtcp2_settings token_holder{};
        net::ngtcp2::set_token(token_holder, std::span(room).subspan(header_size, size - header_size - tag_size));
        again.token = token_holder.token;
        return again;
    }
};

TEST_F(StatelessAnswersTest, ATokenIsGoodForTheAddressThatGotIt) {
    const auto back = comes_back(1000);
    const auto first = answers.check_retry(back, client, 2000);
    ASSERT_TRUE(first);
    const ngtcp2_cid chosen = initial().dcid;
    EXPECT_NE(ngtcp2_cid_eq(&*first, &chosen), 0);
    EXPECT_FALSE(answers.check_retry(back, {client.address(), 1001}, 2000));
    EXPECT_FALSE(answers.check_retry(back, {boost::asio::ip::make_address("192.0.2.2"), 1000}, 2000));
}

TEST_F(StatelessAnswersTest, ATokenGrowsOld) {
    const auto back = comes_back(1000);
    EXPECT_TRUE(answers.check_retry(back, client, 9 * NGTCP2_SECONDS));
    EXPECT_FALSE(answers.check_retry(back, client, 11 * NGTCP2_SECONDS));
}

TEST_F(StatelessAnswersTest, ATokenOfAnotherKeyIsNoToken) {
    const auto back = comes_back(1000);
    EXPECT_FALSE(StatelessAnswers(IdentityKey::make()).check_retry(back, client, 2000));
}

TEST_F(StatelessAnswersTest, AResetIsShorterThanWhatItAnswersAndKnownAfterARestart) {
    for (std::size_t size = 1; size < 1500; ++size) {
        const std::size_t reset = answers.write_reset(StatelessAnswers::Room(room), id(5), size);
        EXPECT_TRUE(reset < size || reset == 0);
        EXPECT_EQ(reset == 0, size <= 37);
    }
    std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token{};
    StatelessAnswers(identity).make_reset_token(id(5), token);
    const std::size_t size = answers.write_reset(StatelessAnswers::Room(room), id(5), 1200);
    EXPECT_TRUE(
        std::equal(token.begin(), token.end(), room.begin() + static_cast<std::ptrdiff_t>(size - token.size())));
}

}  // namespace
}  // namespace gnutella::test
