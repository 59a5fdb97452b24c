#include "quic_meddling_relay.hpp"
#include "stream_cancellation.hpp"
#include "transfer_bench.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <random>
#include <thread>

// What an endpoint takes, what it refuses, and what it survives.

namespace gnutella::test {
namespace {

namespace asio = boost::asio;

struct QuicEndpointTest : testing::Test {
    Threads threads;
    QuicNode client{threads};

    QuicNode::With with() { return {}; }
};

TEST_F(QuicEndpointTest, RefusesAFarEndWithAnotherKey) {
    QuicNode server(threads);
    const KeyHash other = net::IdentityKey::make().hash();
    EXPECT_EQ(client.error_of_opening(server.end(), other), Error::wrong_key);
    EXPECT_EQ(client.error_of_opening(server), error_code());
}

TEST_F(QuicEndpointTest, RefusesAFarEndThatSpeaksSomethingElse) {
    auto other = with();
    other.options.protocol = "h3";
    QuicNode server(threads, other);
    EXPECT_EQ(client.error_of_opening(server), Error::quic_refused);
    EXPECT_EQ(client.counters().failed_handshakes, 1U);
}

TEST_F(QuicEndpointTest, GivesUpWhereNobodyAnswers) {
    auto impatient = with();
    impatient.settings.quic_handshake_timeout = std::chrono::milliseconds(100);
    QuicNode node(threads, impatient);
    asio::io_context context;
    const Udp::socket deaf(context, Udp::endpoint(asio::ip::address_v4::loopback(), 0));
    EXPECT_EQ(node.error_of_opening(deaf.local_endpoint(), node->key()), Error::connect_timed_out);
}

TEST_F(QuicEndpointTest, OpeningCanBeCancelled) {
    asio::io_context context;
    const Udp::socket deaf(context, Udp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::cancellation_signal signal;
    auto opening = cancellable(signal, client->strand(), [&]() -> asio::awaitable<void> {
        const KeyHash key = client->key();
        co_await client->async_open(deaf.local_endpoint(), key, patience, asio::use_awaitable);
    });
    cancel(signal, client->strand());
    EXPECT_EQ(error_of(std::move(opening)), asio::error::operation_aborted);
}

TEST_F(QuicEndpointTest, UsesOneConnectionForAllStreamsToAPeer) {
    QuicNode server(threads);
    exchange(server, client.open(server), "first");
    exchange(server, client.open(server), "second");
    EXPECT_EQ(server.counters().connections, 1U);
}

TEST_F(QuicEndpointTest, HandsOnWhatIsNotQuic) {
    QuicNode server(threads);
    asio::io_context context;
    Udp::socket sender(context, Udp::endpoint(asio::ip::address_v4::loopback(), 0));
    for (const std::string& text : {std::string(R"({"type":"QUERY-HIT","id":"a long one that is no id"})"),
                                    std::string(" {}"), std::string("\0\1\2", 3), std::string("{")}) {
        sender.send_to(asio::buffer(text), server.end());
        EXPECT_EQ(server.other(), text);
    }
}

TEST_F(QuicEndpointTest, ASilentPeerIsGivenUp) {
    auto impatient = with();
    impatient.settings.quic_idle_timeout = std::chrono::milliseconds(2'000);
    QuicNode server(threads, impatient);
    QuicNode node(threads, impatient);
    MeddlingRelay relay(server.end(), leave);
    net::QuicStream near = node.open(relay.end(), server->key());
    send(near, "x");
    net::QuicStream far = server.accept();
    receive(far, 1);
    relay.fall_silent();
    auto other = std::async(std::launch::async, [&] { return error_of_reading(far); });
    EXPECT_EQ(error_of_reading(near), asio::error::timed_out);
    EXPECT_EQ(get(std::move(other)), asio::error::timed_out);
}

TEST_F(QuicEndpointTest, APeerThatThinksForLongIsNotGivenUp) {
    auto impatient = with();
    impatient.settings.quic_idle_timeout = std::chrono::seconds(2);
    QuicNode server(threads, impatient);
    QuicNode node(threads, impatient);
    net::QuicStream near = node.open(server);
    send(near, "x");
    net::QuicStream far = server.accept();
    char byte = 0;
    auto reading = near.async_read_some(asio::buffer(&byte, 1), asio::use_future);
    // Three that say nothing at all are given up meanwhile, one after another.
    for (int times = 0; times < 3; ++times) {
        MeddlingRelay relay(server.end(), leave);
        net::QuicStream silent = node.open(relay.end(), server->key());
        relay.fall_silent();
        EXPECT_EQ(error_of_reading(silent), asio::error::timed_out);
    }
    EXPECT_EQ(reading.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    send(far, "y");
    EXPECT_EQ(get(std::move(reading)), 1U);
}

TEST_F(QuicEndpointTest, ConnectionsSurviveAnotherAddress) {
    QuicNode server(threads);
    MeddlingRelay relay(server.end(), leave);
    net::QuicStream near = client.open(relay.end(), server->key());
    send(near, "x");
    net::QuicStream far = server.accept();
    receive(far, 1);
    for (int times = 0; times < 2; ++times) {
        relay.move();
        send(near, "moved");
        EXPECT_EQ(receive(far, 5), "moved");
        const std::string content = content_of(500'000);
        auto writing = std::async(std::launch::async, [&] { send(far, content); });
        EXPECT_TRUE(receive(near, content.size()) == content);
        get(std::move(writing));
    }
}

TEST_F(QuicEndpointTest, MeddlingWithDatagramsChangesNothing) {
    QuicNode server(threads);
    std::mt19937 random(1);
    std::vector<std::string> earlier;
    // Lost, cut, changed, repeated, late, or made up.
    const auto meddle = [&](std::string datagram) -> std::vector<std::string> {
        std::vector<std::string> out{datagram};
        if (earlier.size() < 64) {
            earlier.push_back(datagram);
        } else {
            std::swap(earlier[random() % earlier.size()], datagram);
        }
        std::string changed = out[0];
        changed[random() % changed.size()] ^= static_cast<char>(1 + random() % 255);
        switch (random() % 16) {
            case 0:
                return {};
            case 1:
                return {changed};
            case 2:
                return {out[0], out[0].substr(0, random() % out[0].size())};
            case 3:
                return {out[0], out[0], earlier[random() % earlier.size()]};
            case 4:
                return {changed, out[0]};
            case 5: {
                std::string made_up(1 + random() % 1400, '\0');
                for (char& letter : made_up) {
                    letter = static_cast<char>(random());
                }
                return {made_up, out[0]};
            }
            default:
                return out;
        }
    };
    MeddlingRelay relay(server.end(), meddle);
    exchange(server, client.open(relay.end(), server->key()), content_of(2'000'000));
}

TEST_F(QuicEndpointTest, AStormOfRandomDatagramsDoesNotStopATransfer) {
    auto careful = with();
    careful.settings.quic_stray_answers_per_second = 10;
    QuicNode server(threads, careful);
    std::atomic<bool> done{false};
    std::thread storm([&] {
        asio::io_context context;
        Udp::socket socket(context, Udp::endpoint(asio::ip::address_v4::loopback(), 0));
        std::mt19937 random(7);
        std::string datagram(1300, '\0');
        for (int sent = 0; sent < 20'000 || !done; ++sent) {
            for (std::size_t at = 0; at < datagram.size(); at += 1 + random() % 40) {
                datagram[at] = static_cast<char>(random());
            }
            error_code ignored;
            socket.send_to(asio::buffer(datagram, 1 + random() % datagram.size()), server.end(), 0, ignored);
        }
    });
    exchange(server, client.open(server), content_of(4'000'000));
    done = true;
    storm.join();
    EXPECT_GT(server.counters().stray_packets, 100U);
    EXPECT_GT(server.counters().silent_strays, 0U);
}

TEST_F(QuicEndpointTest, UnderLoadAddressesMustBeShownFirst) {
    auto busy = with();
    busy.settings.max_quic_handshakes = 0;
    QuicNode server(threads, busy);
    exchange(server, client.open(server), content_of(10'000));
    EXPECT_EQ(server.counters().retries, 1U);
}

TEST_F(QuicEndpointTest, MoreConnectionsThanAllowedAreRefused) {
    auto small = with();
    small.settings.max_quic_connections = 1;
    QuicNode server(threads, small);
    net::QuicStream first = client.open(server);
    QuicNode another(threads);
    EXPECT_EQ(another.error_of_opening(server), Error::quic_refused);
    EXPECT_EQ(server.counters().refused_connections, 1U);
    exchange(server, std::move(first), "still served");
}

TEST_F(QuicEndpointTest, MoreStreamsThanAllowedWaitForTheirTurn) {
    auto small = with();
    small.settings.max_quic_streams = 1;
    QuicNode server(threads, small);
    net::QuicStream first = client.open(server);
    auto second = client->async_open(server.end(), server->key(), patience, asio::use_future);
    send(first, "x");
    net::QuicStream far = server.accept();
    send(far, "y");
    EXPECT_EQ(receive(first, 1), "y");  // it was asked for before
    EXPECT_EQ(second.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    first = {};
    far = {};
    exchange(server, get(std::move(second)), "its turn");
}

}  // namespace
}  // namespace gnutella::test
