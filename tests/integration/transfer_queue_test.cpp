#include "transfer_bench.hpp"

#include "transfer/queue_position.hpp"

#include <gmock/gmock.h>

#include <barrier>
#include <chrono>
#include <numeric>

// Who gets an upload slot and who waits, and how fast it goes.

namespace gnutella::test {
namespace {

using Clock = std::chrono::steady_clock;

Settings settings_with(std::function<void(Settings&)> change) {
    Settings settings = quick_settings();
    change(settings);
    return settings;
}

std::string target_of(const Hit& hit) {
    return "/uri-res/N2R?" + hit.urn->sha1_string();
}

struct UploadDeskTest : testing::Test {
    Threads threads;
    TestServer server{threads, settings_with([](Settings& settings) {
                          settings.max_uploads = 1;
                          settings.upload_poll_min = std::chrono::seconds(7);
                          settings.upload_poll_max = std::chrono::seconds(60);
                          settings.upload_grace = std::chrono::seconds(30);  // no slow machine uses it up
                      })};
    const std::string target = target_of(server.share("large.bin", std::string(large, 'x')));

    // Somebody who takes the only slot, and reads nothing.
    std::unique_ptr<RawClient> take_slot(const std::string& from) {
        auto client = std::make_unique<RawClient>(server.endpoint(), from);
        client->send("GET " + target + " HTTP/1.1\r\nHost: here\r\n\r\n");
        server.events().wait_for<UploadProgress>(
            [&](const UploadProgress& progress) { return progress.to.host == from && !progress.ended; });
        return client;
    }
    void give_slot_back(std::unique_ptr<RawClient> client) {
        const auto port = client->socket().local_endpoint().port();
        client.reset();
        server.events().wait_for<UploadProgress>(
            [&](const UploadProgress& progress) { return progress.ended && progress.to.port == port; });
    }
    static RawClient::Response ask(RawClient& client, const std::string& target) {
        return client.get(target, "Range: bytes=0-9\r\n");
    }
    static std::size_t position(const RawClient::Response& response) {
        const auto place = transfer::parse_queue_position(response.field("X-Queue"));
        return response.status == 503 && place ? place->position : 0;
    }
};

TEST_F(UploadDeskTest, TellsWhoWaitsHisPlaceAndWhenToComeAgain) {
    const auto busy = take_slot("127.0.0.1");
    RawClient second(server.endpoint(), "127.0.0.2");
    RawClient third(server.endpoint(), "127.0.0.3");
    ask(second, target);
    const auto refusal = ask(third, target);
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(refusal.field("Retry-After"), "7");
    EXPECT_EQ(refusal.field("X-Queue"), "position=2,length=2,limit=1,pollMin=7,pollMax=60");
    EXPECT_EQ(server.counters().uploads_queued, 2);
}

TEST_F(UploadDeskTest, TellsWhoWaitsOfOtherSources) {
    const auto busy = take_slot("127.0.0.1");
    RawClient second(server.endpoint(), "127.0.0.2");
    second.get(target, "Range: bytes=0-9\r\nX-Alt: 127.0.0.2:7001\r\n");
    RawClient third(server.endpoint(), "127.0.0.3");
    const auto refusal = ask(third, target);
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(refusal.field("X-Alt"), "127.0.0.2:7001");
}

TEST_F(UploadDeskTest, KeepsAPlaceOverPollsAndConnections) {
    auto busy = take_slot("127.0.0.1");
    RawClient second(server.endpoint(), "127.0.0.2");
    EXPECT_EQ(position(ask(second, target)), 1U);
    {
        RawClient third(server.endpoint(), "127.0.0.3");
        EXPECT_EQ(position(ask(third, target)), 2U);
    }
    RawClient again(server.endpoint(), "127.0.0.3");
    EXPECT_EQ(position(ask(again, target)), 2U) << "from another port";
    give_slot_back(std::move(busy));
    EXPECT_EQ(position(ask(again, target)), 2U) << "it is not his turn";
    EXPECT_EQ(ask(second, target).status, 206);
    EXPECT_EQ(server.counters().upload_places_lost, 0);
}

TEST_F(UploadDeskTest, LetsAGreedyPeerStarveNobody) {
    std::vector<std::string> targets;
    for (int number = 0; number < 5; ++number) {
        const std::string name = std::to_string(number);
        targets.push_back(target_of(server.share(name, content_of(1'000) + name)));
    }
    auto greedy = take_slot("127.0.0.2");
    RawClient more(server.endpoint(), "127.0.0.2");
    for (const std::string& each : targets) {
        EXPECT_EQ(ask(more, each).status, 503);
    }
    RawClient modest(server.endpoint(), "127.0.0.3");
    EXPECT_EQ(position(ask(modest, targets[0])), 1U) << "before all that the other waits for";
    give_slot_back(std::move(greedy));
    int served_before = 0;
    for (std::size_t number = 0; number < targets.size(); ++number) {
        RawClient another(server.endpoint(), "127.0.0.2");
        if (another.get(targets[number]).status == 200) {
            ++served_before;
            server.events().wait_for<UploadProgress>([&](const UploadProgress& progress) {
                return progress.ended && progress.name == std::to_string(number);
            });
        }
    }
    EXPECT_LE(served_before, 1);
    EXPECT_EQ(ask(modest, targets[0]).status, 206);
}

TEST_F(UploadDeskTest, KeepsASlotFromRangeToRangeOfOneFile) {
    RawClient first(server.endpoint(), "127.0.0.1");
    RawClient second(server.endpoint(), "127.0.0.2");
    EXPECT_EQ(ask(first, target).status, 206);
    EXPECT_EQ(ask(second, target).status, 503);
    EXPECT_EQ(ask(first, target).status, 206);
    EXPECT_EQ(first.get("/uri-res/N2X?" + target.substr(13)).status, 200);
    EXPECT_EQ(ask(second, target).status, 206) << "the first went on to something else";
}

TEST_F(UploadDeskTest, DoesNotKeepTheSlotOfOneWhoAsksForNothingMore) {
    TestServer hasty(threads, settings_with([](Settings& settings) {
                         settings.max_uploads = 1;
                         settings.upload_grace = std::chrono::milliseconds(50);
                     }));
    const std::string wanted = target_of(hasty.share("file.bin", content_of(1'000)));
    RawClient idle(hasty.endpoint(), "127.0.0.1");
    EXPECT_EQ(ask(idle, wanted).status, 206);
    RawClient second(hasty.endpoint(), "127.0.0.2");
    const auto deadline = Clock::now() + patience;
    while (ask(second, wanted).status == 503 && Clock::now() < deadline) {
    }
    EXPECT_LT(Clock::now(), deadline);
    EXPECT_EQ(idle.get("/nothing").status, 404) << "who is still there";
}

TEST_F(UploadDeskTest, KeepsTheSlotOfOneWhoHasAskedInTimeHoweverSlowTheDiskIs) {
    constexpr std::chrono::milliseconds grace{50};
    TestServer hasty(threads, settings_with([&](Settings& settings) {
                         settings.max_uploads = 1;
                         settings.upload_grace = grace;
                     }));
    const std::string wanted = target_of(hasty.share("file.bin", content_of(1'000)));
    RawClient first(hasty.endpoint(), "127.0.0.1");
    RawClient second(hasty.endpoint(), "127.0.0.2");
    EXPECT_EQ(ask(first, wanted).status, 206);
    hasty.catalogue().hold();
    first.send("GET " + wanted + " HTTP/1.1\r\nHost: here\r\nRange: bytes=10-19\r\n\r\n");
    hasty.catalogue().wait_until_held();
    for (const auto end = Clock::now() + 4 * grace; Clock::now() < end;) {
        ASSERT_EQ(ask(second, wanted).status, 503);
    }
    hasty.catalogue().release();
    EXPECT_EQ(first.receive().status, 206);
}

TEST_F(UploadDeskTest, RefusesWhoIsOneTooMany) {
    TestServer small(threads, settings_with([](Settings& settings) {
                         settings.max_uploads = 0;
                         settings.max_waiting_uploads = 1;
                         settings.upload_poll_max = std::chrono::seconds(11);
                     }));
    const std::string wanted = target_of(small.share("file.bin", content_of(1'000)));
    RawClient first(small.endpoint(), "127.0.0.1");
    RawClient second(small.endpoint(), "127.0.0.2");
    EXPECT_EQ(position(ask(first, wanted)), 1U);
    const auto refusal = ask(second, wanted);
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(refusal.field("X-Queue"), "");
    EXPECT_EQ(refusal.field("Retry-After"), "11");
    EXPECT_EQ(small.counters().uploads_refused, 1);
}

TEST(UploadLimit, HoldsForAllUploadsTogetherAndIsSharedFairly) {
    constexpr std::size_t rate = 4'000'000;
    Threads threads;
    TestServer server(threads, settings_with([](Settings& settings) { settings.upload_limit = rate; }));
    const std::string content = content_of(2'000'000);
    const std::string target = target_of(server.share("file.bin", content));
    // Never faster in all. A busy machine may be slower now and then, or begin late, but not each time.
    double last = 0;
    double first = 0;
    for (int attempt = 0; attempt < 5 && (attempt == 0 || last > 2.2 || first <= 1.2); ++attempt) {
        std::array<double, 4> times{};
        std::vector<std::thread> clients;
        std::barrier ready(static_cast<std::ptrdiff_t>(times.size()) + 1);
        for (double& time : times) {
            clients.emplace_back([&server, &target, &content, &time, &ready] {
                RawClient client(server.endpoint());
                ready.arrive_and_wait();
                const auto begin = Clock::now();
                EXPECT_EQ(client.get(target).body, content);
                time = std::chrono::duration<double>(Clock::now() - begin).count();
            });
        }
        ready.arrive_and_wait();
        for (std::thread& client : clients) {
            client.join();
        }
        last = *std::ranges::max_element(times);
        first = *std::ranges::min_element(times);
        EXPECT_GT(last, 1.8) << "the limit holds for all of them together";
    }
    EXPECT_LT(last, 2.2) << "and all of it is used";
    EXPECT_GT(first, 1.2) << "one after another, the first would need half a second";
}

TEST(UploadLimit, DoesNotKeepAStopWaiting) {
    Threads threads;
    auto server =
        std::make_unique<TestServer>(threads, settings_with([](Settings& settings) { settings.upload_limit = 100; }));
    const std::string target = target_of(server->share("file.bin", content_of(100'000)));
    RawClient client(server->endpoint());
    client.send("GET " + target + " HTTP/1.1\r\nHost: here\r\n\r\n");
    server->events().wait_for<UploadProgress>([](const UploadProgress&) { return true; });
    server->server().stop();
    EXPECT_EQ(server->end_of_upload().error, Error::stopped);
    EXPECT_LT(client.receive().body.size(), 100'000U);
}

}  // namespace
}  // namespace gnutella::test
