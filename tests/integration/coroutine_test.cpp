#include "node.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>
#include <vector>

// What a program's coroutines write. GCC 12 copies an aggregate that is made within a co_await byte by byte, and
// destroys it twice: nothing that the library takes may be one.

namespace gnutella::test {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

static_assert(!std::is_aggregate_v<Endpoint>);
static_assert(!std::is_aggregate_v<ConnectRequest>);
static_assert(!std::is_aggregate_v<QueryRequest>);
static_assert(!std::is_aggregate_v<DownloadRequest>);
static_assert(!std::is_aggregate_v<Hit>);

struct CoroutineTest : testing::Test {
    Threads threads;
    Node node{threads};
    Node other{threads};

    void SetUp() override {
        other.share().write("moonlight sonata, the first movement.txt", "what is in it");
        other.start();
        node.start();
    }

    template <class Coroutine>
    auto run(Coroutine coroutine) {
        return get(asio::co_spawn(threads.context(), std::move(coroutine), asio::use_future));
    }
};

TEST_F(CoroutineTest, WritesThePeerInPlace) {
    const Session session = run([&]() -> asio::awaitable<Session> {
        co_return co_await node->async_connect({"127.0.0.1", other.endpoint().port}, use_awaitable);
    });
    EXPECT_EQ(session.info().remote, other.endpoint());
}

TEST_F(CoroutineTest, WritesRequestsInPlace) {
    const DownloadedFile file = run([&]() -> asio::awaitable<DownloadedFile> {
        co_await node->async_connect(ConnectRequest({"127.0.0.1", other.endpoint().port}, Dialect::json),
                                     use_awaitable);
        const auto hit = co_await node->query(QueryRequest("moonlight sonata, the first")).async_next(use_awaitable);
        co_await node->async_download({*hit, node.downloads().path(), "one name that is long enough"}, use_awaitable);
        const std::vector<Hit> sources(1, *hit);
        co_return co_await node->async_download(
            DownloadRequest(sources, node.downloads().path(), "another name that is long enough"), use_awaitable);
    });
    EXPECT_EQ(file.path, node.downloads().path() / "another name that is long enough");
    EXPECT_EQ(node.downloads().read("another name that is long enough"), "what is in it");
    EXPECT_EQ(node.downloads().read("one name that is long enough"), "what is in it");
}

}  // namespace
}  // namespace gnutella::test
