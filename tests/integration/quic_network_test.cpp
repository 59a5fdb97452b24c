#include "net/quic/stateless_answers.hpp"
#include "quic_meddling_relay.hpp"
#include "transfer_bench.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <future>
#include <random>
#include <thread>

// What an endpoint learns from the network and from those that it has no connection with.

namespace gnutella::test {
namespace {

namespace asio = boost::asio;

struct QuicNetworkTest : testing::Test {
    Threads threads;
    QuicNode client{threads};

    QuicNode::With with() { return {}; }
};

Udp::endpoint closed_port(const asio::ip::address& host) {
    asio::io_context context;
    return Udp::socket(context, Udp::endpoint(host, 0)).local_endpoint();
}

TEST_F(QuicNetworkTest, KnowsAtOnceThatNobodyListens) {
    // Longer than a test may take: what ends it is the network's word.
    auto patient = with();
    patient.settings.quic_handshake_timeout = std::chrono::hours(1);
    QuicNode v4(threads, patient);
    EXPECT_EQ(v4.error_of_opening(closed_port(asio::ip::address_v4::loopback()), v4->key()), Error::cannot_connect);
    patient.address = asio::ip::address_v6::any();
    QuicNode both(threads, patient);
    EXPECT_EQ(both.error_of_opening(closed_port(asio::ip::address_v4::loopback()), v4->key()), Error::cannot_connect);
    EXPECT_EQ(both.error_of_opening(closed_port(asio::ip::address_v6::loopback()), v4->key()), Error::cannot_connect);
    EXPECT_EQ(both.counters().failed_handshakes, 2U);
}

TEST_F(QuicNetworkTest, WhereNobodyListensIsOfNoConcernToOthers) {
    QuicNode server(threads);
    std::atomic<bool> done{false};
    std::thread knocking([&] {
        do {
            const auto error = client.error_of_opening(closed_port(asio::ip::address_v4::loopback()), server->key());
            EXPECT_EQ(error, Error::cannot_connect);
        } while (!done);
    });
    exchange(server, client.open(server), content_of(4'000'000));
    done = true;
    knocking.join();
}

TEST_F(QuicNetworkTest, AConnectionThatStandsIsNotEndedByTheWordOfTheNetwork) {
    QuicNode server(threads);
    MeddlingRelay relay(server.end(), leave);
    net::QuicStream near = client.open(relay.end(), server->key());
    send(near, "x");
    net::QuicStream far = server.accept();
    receive(far, 1);
    relay.close();
    send(near, "lost at first");
    // Its port is known to be closed when another connection fails for it.
    EXPECT_EQ(client.error_of_opening(relay.end(), client->key()), Error::cannot_connect);
    relay.open_again();
    EXPECT_EQ(receive(far, 13), "lost at first");
}

TEST_F(QuicNetworkTest, APeerThatHasForgottenSaysSo) {
    auto patient = with();
    patient.settings.quic_idle_timeout = std::chrono::hours(1);
    QuicNode before(threads, patient);
    QuicNode after(threads, patient);  // the same peer, started anew: all that it keeps is its key
    // Some connections leave out the fixed bit (RFC 9287), by chance.
    for (int connection = 0; connection < 5; ++connection) {
        QuicNode node(threads, patient);
        MeddlingRelay relay(before.end(), leave);
        net::QuicStream near = node.open(relay.end(), before->key());
        send(near, "x");
        net::QuicStream far = before.accept();
        receive(far, 1);
        relay.lead_to(after.end());
        const auto sending = near.async_write_some(asio::buffer("is anybody there?"), asio::use_future);
        EXPECT_EQ(error_of_reading(near), asio::error::connection_reset);
        sending.wait();
        exchange(after, node.open(relay.end(), after->key()), "a new connection");
    }
    EXPECT_GE(after.counters().stray_packets, 5U);
}

std::string random_bytes(std::mt19937& random, std::size_t size) {
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [&random] { return static_cast<char>(random()); });
    return bytes;
}

// The token of that key's holder for that connection id.
std::string reset_token(const net::IdentityKey& key, const std::string& id) {
    ngtcp2_cid of{};
    ngtcp2_cid_init(&of, reinterpret_cast<const std::uint8_t*>(id.data()), id.size());
    std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token;
    net::StatelessAnswers(key).make_reset_token(of, token);
    return {token.begin(), token.end()};
}

TEST_F(QuicNetworkTest, AForgedResetEndsNothing) {
    auto known = with();
    known.settings.quic_stray_answers_per_second = 1'000'000;
    QuicNode server(threads, known);
    QuicNode careful(threads, known);
    std::mt19937 random(1);
    // Anybody is told such a token: one of a connection that is not this one.
    const std::string of_another = reset_token(known.identity, random_bytes(random, net::own_id_size));
    const auto meddle = [&](const std::string& datagram) -> std::vector<std::string> {
        const bool is_short = (datagram[0] & 0x80) == 0;
        if (!is_short || datagram.size() < 100) {
            return {datagram};  // answers to forged ones among them
        }
        const std::string to_nobody = "@" + random_bytes(random, 47);
        const std::string to_this_one = datagram.substr(0, 1 + net::own_id_size) + random_bytes(random, 47);
        return {to_nobody + random_bytes(random, 16), to_nobody + of_another, to_this_one + of_another, datagram};
    };
    MeddlingRelay relay(server.end(), meddle);
    exchange(server, careful.open(relay.end(), server->key()), content_of(300'000));
    EXPECT_GT(careful.counters().stray_packets, 100U);
    EXPECT_EQ(careful.counters().silent_strays, 0U) << "all were looked at";
}

// Somebody without a connection.
class Stranger {
  public:
    explicit Stranger(const QuicNode& node) : to_(node.end()) {
        const timeval limit{patience.count(), 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    void send(const std::string& datagram) { socket_.send_to(asio::buffer(datagram), to_); }
    std::string receive() {
        std::string answer(1500, '\0');
        answer.resize(socket_.receive(asio::buffer(answer)));
        return answer;
    }

  private:
    const Udp::endpoint to_;
    asio::io_context context_;
    Udp::socket socket_{context_, Udp::endpoint(asio::ip::address_v4::loopback(), 0)};
};

TEST_F(QuicNetworkTest, WhatBelongsToNoConnectionIsAnsweredWithLess) {
    auto known = with();
    known.settings.quic_stray_answers_per_second = 1000;
    QuicNode server(threads, known);
    Stranger stranger(server);
    const std::string id = "an id of no-one.";
    const std::string token = reset_token(known.identity, id);
    for (int first = 0; first < 0x80; ++first) {
        if (first == '{') {
            continue;  // JSON
        }
        const std::size_t size = 38 + static_cast<std::size_t>(first);
        stranger.send(static_cast<char>(first) + id + std::string(size - 1 - id.size(), 'x'));
        const std::string answer = stranger.receive();
        EXPECT_LT(answer.size(), size);
        EXPECT_EQ(answer[0] & 0xC0, 0x40) << "looks like any other packet with a short header";
        EXPECT_NE(answer[0], '{') << "unlike JSON";
        EXPECT_EQ(answer.substr(answer.size() - token.size()), token);
    }
}

TEST_F(QuicNetworkTest, StrangersAreAnsweredSoOftenASecondAndNoMore) {
    auto curt = with();
    curt.settings.quic_stray_answers_per_second = 5;
    QuicNode server(threads, curt);
    Stranger stranger(server);
    const auto began = std::chrono::steady_clock::now();
    for (int sent = 0; sent < 200; ++sent) {
        stranger.send(std::string(100, 'x'));
    }
    stranger.send("{}");
    EXPECT_EQ(server.other(), "{}") << "after all the others";
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
    ASSERT_EQ(server.counters().stray_packets, 200U);
    const auto answered = static_cast<double>(200U - server.counters().silent_strays);
    EXPECT_GE(answered, 5);
    EXPECT_LE(answered, 5 * (1 + elapsed.count()));
}

TEST_F(QuicNetworkTest, TellsClientsOfAnotherVersionWhichItSpeaks) {
    QuicNode server(threads);
    asio::io_context context;
    Udp::socket socket(context, Udp::endpoint(asio::ip::address_v4::loopback(), 0));
    const std::string unknown_version("\xC0\x0a\x0b\x0c\x0d", 5);
    const std::string ids = std::string("\x08") + "destinat" + "\x04" + "srce";
    std::string packet = unknown_version + ids;
    packet.resize(1200, 'x');
    socket.send_to(asio::buffer(packet), server.end());
    const timeval limit{patience.count(), 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string answer(1500, '\0');
    answer.resize(socket.receive(asio::buffer(answer)));
    ASSERT_GE(answer.size(), 19U + 4U);
    EXPECT_NE(answer[0] & 0x80, 0);
    const std::string swapped = std::string("\x04") + "srce" + "\x08" + "destinat";
    EXPECT_EQ(answer.substr(1, 18), std::string(4, '\0') + swapped) << "version 0, and our own ids";
    bool offers_version_1 = false;
    for (std::size_t at = 19; at + 4 <= answer.size(); at += 4) {
        offers_version_1 = offers_version_1 || answer.substr(at, 4) == std::string("\0\0\0\1", 4);
    }
    EXPECT_TRUE(offers_version_1);

    packet.resize(1199);
    socket.send_to(asio::buffer(packet), server.end());
    EXPECT_EQ(server.other(), packet) << "too small to be a client's first packet";
    exchange(server, client.open(server), "and goes on");
    EXPECT_EQ(server.counters().stray_packets, 1U);
}

TEST_F(QuicNetworkTest, RefusesAPeerThatSpeaksAnotherVersion) {
    asio::io_context context;
    Udp::socket other(context, Udp::endpoint(asio::ip::address_v4::loopback(), 0));
    auto opening =
        std::async(std::launch::async, [&] { return client.error_of_opening(other.local_endpoint(), client->key()); });
    std::string initial(65536, '\0');
    Udp::endpoint from;
    const timeval limit{patience.count(), 0};
    ::setsockopt(other.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    initial.resize(other.receive_from(asio::buffer(initial), from));
    const auto dcid_size = static_cast<std::size_t>(initial.at(5));
    const std::string dcid = initial.substr(5, 1 + dcid_size);
    const std::string scid = initial.substr(6 + dcid_size, 1 + static_cast<std::size_t>(initial.at(6 + dcid_size)));
    const std::string negotiation = std::string("\x80\0\0\0\0", 5) + scid + dcid + std::string("\x0a\x0b\x0c\x0d", 4);
    other.send_to(asio::buffer(negotiation), from);
    EXPECT_EQ(opening.get(), Error::quic_refused);
}

}  // namespace
}  // namespace gnutella::test
