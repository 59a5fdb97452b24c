#include "quic_bench.hpp"
#include "stream_cancellation.hpp"
#include "transfer_bench.hpp"

#include <future>
#include <thread>

// What a stream promises who uses it as if it were a socket.

namespace gnutella::test {
namespace {

namespace asio = boost::asio;

// A stream and the far end's half of it.
struct Pair {
    Pair(QuicNode& client, QuicNode& server) : near(client.open(server)) {
        send(near, "x");
        far = server.accept();
        receive(far, 1);
    }
    net::QuicStream near;
    net::QuicStream far;
};

struct QuicStreamTest : testing::Test {
    Threads threads;
    QuicNode server{threads};
    QuicNode client{threads};
};

TEST_F(QuicStreamTest, CarriesBytesBothWays) {
    net::QuicStream near = client.open(server);
    send(near, "asked");
    net::QuicStream far = server.accept();
    EXPECT_EQ(receive(far, 5), "asked");
    send(far, "answered");
    EXPECT_EQ(receive(near, 8), "answered");
}

TEST_F(QuicStreamTest, EndsOneWayAtATime) {
    Pair pair(client, server);
    send(pair.near, "the last");
    pair.near.shutdown_send();
    EXPECT_EQ(receive_all(pair.far), "the last");
    send(pair.far, "still heard");
    EXPECT_EQ(receive(pair.near, 11), "still heard");
    EXPECT_EQ(error_of(pair.near.async_write_some(asio::buffer("no", 2), asio::use_future)), asio::error::shut_down);
}

TEST_F(QuicStreamTest, SendsTheRestAfterItsUserHasGone) {
    const std::string content = content_of(400'000);
    Pair pair(client, server);
    send(pair.far, content);
    pair.far.shutdown_send();
    pair.far = {};
    EXPECT_EQ(receive_all(pair.near), content);
}

TEST_F(QuicStreamTest, ThatIsDestroyedInTheMiddleEndsForTheFarEndToo) {
    Pair pair(client, server);
    auto reading = std::async(std::launch::async, [&] { return error_of_reading(pair.near); });
    pair.far = {};
    EXPECT_EQ(get(std::move(reading)), asio::error::connection_reset);
    const std::string bytes(100, 'x');
    error_code error;
    while (!error) {  // until the far end's word is here
        error = error_of(pair.near.async_write_some(asio::buffer(bytes), asio::use_future));
    }
    EXPECT_EQ(error, asio::error::connection_reset);
}

TEST_F(QuicStreamTest, ReadingCanBeCancelledAndBegunAgain) {
    Pair pair(client, server);
    expect_reading_to_be_cancelled(pair.near);
    send(pair.far, "y");
    EXPECT_EQ(receive(pair.near, 1), "y");
}

TEST_F(QuicStreamTest, WritingThatNobodyReadsWaitsAndCanBeCancelled) {
    Pair pair(client, server);
    const std::string content = content_of(8 * megabyte);
    EndlessWriter writer(pair.far, content);
    // The reader's first window, and what may wait to be sent; the last of it is not worth waking a writer for.
    const std::size_t all = (1024 + 512) * 1024;
    writer.wait_until_taken(all - 128 * 1024);
    // With this byte, and the next, all would have come that gives leave to send more.
    for (int times = 0; times < 2; ++times) {
        send(pair.near, "y");
        EXPECT_EQ(receive(pair.far, 1), "y");
    }
    EXPECT_FALSE(writer.has_ended());
    const std::size_t taken = writer.cancel();
    EXPECT_LE(taken, all) << "nothing comes on top of it";
    EXPECT_TRUE(receive(pair.near, taken) == content.substr(0, taken));
}

TEST_F(QuicStreamTest, AbortEndsWhatIsUnderWay) {
    Pair pair(client, server);
    auto reading = std::async(std::launch::async, [&] { return error_of_reading(pair.near); });
    auto other = std::async(std::launch::async, [&] { return error_of_reading(pair.far); });
    net::abort_stream(pair.near);
    EXPECT_EQ(get(std::move(reading)), asio::error::operation_aborted);
    EXPECT_EQ(get(std::move(other)), asio::error::connection_reset);
    EXPECT_EQ(error_of_reading(pair.near), asio::error::operation_aborted);
    EXPECT_EQ(error_of(pair.near.async_write_some(asio::buffer("x", 1), asio::use_future)),
              asio::error::operation_aborted);
}

TEST_F(QuicStreamTest, EndsWithItsEndpoint) {
    Pair pair(client, server);
    auto near = std::async(std::launch::async, [&] { return error_of_reading(pair.near); });
    auto far = std::async(std::launch::async, [&] { return error_of_reading(pair.far); });
    client->stop();
    EXPECT_EQ(get(std::move(near)), asio::error::operation_aborted);
    EXPECT_EQ(get(std::move(far)), asio::error::connection_reset);
    EXPECT_EQ(client.error_of_opening(server), Error::stopped);
}

TEST_F(QuicStreamTest, ManyAtOnceEachHaveTheirOwnBytes) {
    constexpr std::size_t count = 40;  // more than may be open at once
    const std::string content = content_of(300'000);
    std::vector<std::future<std::string>> answers;
    for (std::size_t number = 0; number < count; ++number) {
        answers.push_back(std::async(std::launch::async, [&, number] {
            net::QuicStream stream = client.open(server);
            send(stream, std::string(1, static_cast<char>(number)));
            return receive_all(stream);
        }));
    }
    for (std::size_t served = 0; served < count; ++served) {
        net::QuicStream stream = server.accept();
        const auto number = static_cast<std::size_t>(receive(stream, 1)[0]);
        send(stream, content.substr(number));
        stream.shutdown_send();
    }
    for (std::size_t number = 0; number < count; ++number) {
        EXPECT_TRUE(get(std::move(answers[number])) == content.substr(number)) << number;
    }
    EXPECT_EQ(server.counters().connections, 1U);
}

struct QuicTransfer : testing::TestWithParam<std::tuple<net::Offload, bool>> {};

TEST_P(QuicTransfer, BringsAllBytesInOrder) {
    Threads threads;
    QuicNode::With with;
    with.options.offload = std::get<0>(GetParam());
    if (std::get<1>(GetParam())) {
        with.address = asio::ip::address_v6::loopback();
    }
    QuicNode server(threads, with);
    QuicNode client(threads, with);
    const std::string content = content_of(32 * 1024 * 1024);
    Pair pair(client, server);
    auto writing = std::async(std::launch::async, [&] {
        send(pair.far, content);
        pair.far.shutdown_send();
    });
    const std::string got = receive_all(pair.near);
    get(std::move(writing));
    EXPECT_EQ(urn_of(got), urn_of(content));
}

INSTANTIATE_TEST_SUITE_P(Both, QuicTransfer,
                         testing::Combine(testing::Values(net::Offload::where_possible, net::Offload::off),
                                          testing::Bool()),
                         [](const auto& each) {
                             return std::string(std::get<0>(each.param) == net::Offload::off ? "Plain" : "Offloaded") +
                                    (std::get<1>(each.param) ? "OverIPv6" : "OverIPv4");
                         });

}  // namespace
}  // namespace gnutella::test
