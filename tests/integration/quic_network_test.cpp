#include "quic_meddling_relay.hpp"
#include "transfer_bench.hpp"

#include <sys/socket.h>

#include <future>
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
