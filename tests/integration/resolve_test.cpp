#include "net/resolve.hpp"
#include "node.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

namespace gnutella::test {
namespace {

struct ResolveTest : testing::Test {
    Threads threads;
    boost::asio::any_io_executor strand = boost::asio::make_strand(threads.context());

    std::vector<boost::asio::ip::address> look_up(const std::string& host, std::shared_ptr<void> place) {
        return get(boost::asio::co_spawn(
            strand,
            net::resolve_for_stranger(strand, {host, 1}, std::chrono::steady_clock::now() + patience, std::move(place)),
            boost::asio::use_future));
    }
};

TEST_F(ResolveTest, FindsWhereAStrangersHostIsAndGivesThePlaceBack) {
    for (const std::string host : {"localhost", "127.0.0.1"}) {
        auto place = std::make_shared<int>();
        const std::weak_ptr<int> held = place;
        const auto addresses = look_up(host, std::move(place));
        ASSERT_FALSE(addresses.empty()) << host;
        EXPECT_TRUE(addresses.front().is_loopback()) << host;
        EXPECT_TRUE(eventually([&] { return held.expired(); })) << host;
    }
}

TEST_F(ResolveTest, FindsNothingForWhatCanBeNoHost) {
    EXPECT_TRUE(look_up("two words", nullptr).empty());
    EXPECT_TRUE(look_up("", nullptr).empty());
}

}  // namespace
}  // namespace gnutella::test
