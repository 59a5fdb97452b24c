#include "net/resolve.hpp"
#include "net/host_look_ups.hpp"
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

// As a name server that knows one host, and does not answer for another until it is let.
class NameServer {
  public:
    net::HostLookUps::Addresses operator()(const std::string& host) const {
        if (host == "silent.example") {
            asked_->set_value();
            answers_.wait();
            return {};
        }
        return {boost::asio::ip::address_v4::loopback()};
    }
    void wait_until_asked() const { get(asked_->get_future()); }
    /// For as long as somebody may ask it.
    std::weak_ptr<void> lifetime() const { return asked_; }

    explicit NameServer(std::shared_future<void> answers) : answers_(std::move(answers)) {}

  private:
    std::shared_ptr<std::promise<void>> asked_ = std::make_shared<std::promise<void>>();
    std::shared_future<void> answers_;
};

class HostLookUpsTest : public testing::TestWithParam<net::HostLookUps::Wanted> {};

INSTANTIATE_TEST_SUITE_P(By, HostLookUpsTest,
                         testing::Values(net::HostLookUps::Wanted::by_us, net::HostLookUps::Wanted::by_strangers),
                         [](const auto& who) {
                             return who.param == net::HostLookUps::Wanted::by_us ? "Us" : "Strangers";
                         });

TEST_P(HostLookUpsTest, HoldUpNeitherOthersNorTheEndWhereNobodyAnswers) {
    std::promise<void> answers;
    std::weak_ptr<void> lifetime;
    const auto place = std::make_shared<int>();
    {
        const NameServer server(answers.get_future().share());
        lifetime = server.lifetime();
        boost::asio::io_context context;
        auto& look_ups = boost::asio::use_service<net::HostLookUps>(context);
        look_ups.look_up_with(server);
        look_ups.start("silent.example", GetParam(), [place](const auto&) { FAIL() << "the context is gone"; });
        server.wait_until_asked();
        std::promise<net::HostLookUps::Addresses> found;
        look_ups.start("known.example", net::HostLookUps::Wanted::by_us,
                       [&](auto addresses) { found.set_value(std::move(addresses)); });
        EXPECT_EQ(get(found.get_future()), net::HostLookUps::Addresses{boost::asio::ip::address_v4::loopback()});
        EXPECT_EQ(place.use_count(), 2);
    }
    EXPECT_EQ(place.use_count(), 1) << "what it was to call went with the context";
    answers.set_value();
    EXPECT_TRUE(eventually([&] { return lifetime.expired(); })) << "its thread ends";
}

}  // namespace
}  // namespace gnutella::test
