#include "net/kept_connections.hpp"
#include "transfer_bench.hpp"

#include <gmock/gmock.h>

#include <list>

// Connections that wait for the next request.

namespace gnutella::test {
namespace {

using net::KeptConnections;

struct KeptConnectionsTest : testing::Test {
    // What the source sees of a connection.
    struct FarEnd {
        explicit FarEnd(boost::asio::io_context& context) : socket(context) {}

        bool is_closed() {
            char byte = 0;
            error_code error;
            socket.read_some(boost::asio::buffer(&byte, 1), error);
            return error == boost::asio::error::eof;
        }
        Tcp::socket socket;
    };

    KeptConnections::Connection connect() {
        Tcp::socket near(context);
        FarEnd& far = far_ends.emplace_back(context);
        near.connect(acceptor.local_endpoint());
        acceptor.accept(far.socket);
        bound_waits(far.socket);
        return {net::Channel(std::move(near)), nullptr};
    }

    static Hit source(std::uint16_t port, const std::optional<Guid>& servent = {}) {
        Hit hit;
        hit.source = {"192.168.1.2", port};
        hit.peer = servent;
        return hit;
    }

    boost::asio::io_context context;
    Tcp::acceptor acceptor{context, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
    std::list<FarEnd> far_ends;
};

TEST_F(KeptConnectionsTest, IsGivenToItsSourceOnce) {
    KeptConnections kept(context.get_executor());
    kept.keep(source(1), connect());
    EXPECT_FALSE(kept.take(source(2)));
    auto connection = kept.take(source(1));
    ASSERT_TRUE(connection);
    boost::asio::write(connection->channel.socket(), boost::asio::buffer("x", 1));
    EXPECT_FALSE(far_ends.front().is_closed());
    EXPECT_FALSE(kept.take(source(1)));
}

TEST_F(KeptConnectionsTest, IsNotGivenToAnotherServentOfTheSameAddress) {
    const Guid one = Guid::random();
    const Guid other = Guid::random();
    KeptConnections kept(context.get_executor());
    kept.keep(source(1, one), connect());
    EXPECT_FALSE(kept.take(source(1, other)));
    EXPECT_FALSE(kept.take(source(1)));
    EXPECT_TRUE(kept.take(source(1, one)));
}

TEST_F(KeptConnectionsTest, IsNotGivenWhenTheSourceHasClosedItOrSentSomething) {
    KeptConnections kept(context.get_executor());
    auto closed = connect();
    far_ends.back().socket.close();
    closed.channel.socket().wait(Tcp::socket::wait_read);
    auto noisy = connect();
    boost::asio::write(far_ends.back().socket, boost::asio::buffer("x", 1));
    noisy.channel.socket().wait(Tcp::socket::wait_read);
    kept.keep(source(1), std::move(closed));
    kept.keep(source(2), std::move(noisy));
    EXPECT_FALSE(kept.take(source(1)));
    EXPECT_FALSE(kept.take(source(2)));
}

TEST_F(KeptConnectionsTest, IsClosedWhenNobodyTakesIt) {
    KeptConnections kept(context.get_executor(), std::chrono::milliseconds(1));
    kept.keep(source(1), connect());
    kept.keep(source(2), connect());
    context.run();
    EXPECT_TRUE(far_ends.front().is_closed());
    EXPECT_TRUE(far_ends.back().is_closed());
}

TEST_F(KeptConnectionsTest, IsTheOldestClosedWhereThereAreTooMany) {
    KeptConnections kept(context.get_executor());
    for (std::uint16_t port = 1; port <= 9; ++port) {
        kept.keep(source(port), connect());
    }
    EXPECT_TRUE(far_ends.front().is_closed());
    EXPECT_FALSE(kept.take(source(1)));
    for (std::uint16_t port = 2; port <= 9; ++port) {
        EXPECT_TRUE(kept.take(source(port))) << port;
    }
}

}  // namespace
}  // namespace gnutella::test
