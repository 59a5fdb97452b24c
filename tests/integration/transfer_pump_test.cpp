#include "transfer_bench.hpp"

#include "net/body_pump.hpp"
#include "net/source_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

// How the bytes of an answer get from its connection to the disk threads.

namespace gnutella::test {
namespace {

using transfer::RingMemory;

// Remembers what it is given.
class RecordingSink final : public net::BodySink {
  public:
    RecordingSink(std::uint64_t size, std::uint64_t unit) : wanted_(size), unit_(unit) {}

    std::uint64_t wanted() const override { return wanted_; }
    void received(std::size_t bytes) override { wanted_ -= bytes; }
    void skipped(std::size_t) override {}
    void waits_for_source() override {}
    void waits_for_us() override {}
    std::uint64_t unit() const override { return unit_; }
    error_code take(std::span<const std::byte> bytes) override {
        const std::lock_guard lock(mutex_);
        takes_.push_back(bytes.size());
        content_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        changed_.notify_all();
        return {};
    }
    void taken() override {}

    std::string content() const {
        const std::lock_guard lock(mutex_);
        return content_;
    }
    std::vector<std::size_t> takes() const {
        const std::lock_guard lock(mutex_);
        return takes_;
    }
    bool wait_for_content(std::size_t size) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return content_.size() >= size; });
    }

  private:
    std::uint64_t wanted_;
    const std::uint64_t unit_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::string content_;
    std::vector<std::size_t> takes_;
};

struct PumpTest : testing::Test {
    static constexpr std::chrono::hours for_ever{1};
    static constexpr std::size_t block = 64 * 1024;

    net::DiskPool disk{1};
    net::DownloadService service;
    Threads threads;
    boost::asio::any_io_executor strand = boost::asio::make_strand(threads.context());
    Tcp::acceptor acceptor{threads.context(), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
    Tcp::socket source{threads.context()};
    Tcp::socket connection{strand};
    net::SourceReader<Tcp::socket> reader{connection, 4096};

    PumpTest() {
        service.disk = disk.queue();
        service.limit = std::make_shared<net::BandwidthLimit>(0);
        source.connect(acceptor.local_endpoint());
        acceptor.accept(connection);
    }

    // Begins to carry over a body of so many bytes.
    std::future<error_code> carry(RecordingSink& sink, std::uint64_t size,
                                  std::chrono::steady_clock::duration patience) {
        const auto run = [](PumpTest& self, RecordingSink& to, std::uint64_t length,
                            std::chrono::steady_clock::duration time) -> boost::asio::awaitable<error_code> {
            net::BodyPump<Tcp::socket> pump(self.strand, self.connection, self.reader, to, self.service, {0, length},
                                            time);
            co_return co_await pump.run();
        };
        return boost::asio::co_spawn(strand, run(*this, sink, size, patience), boost::asio::use_future);
    }

    void send(std::string_view bytes) { boost::asio::write(source, boost::asio::buffer(bytes)); }
};

TEST_F(PumpTest, HandsHalfARingOverAtATime) {
    const std::string content = content_of(4 * RingMemory::most);
    RecordingSink sink(content.size(), block);
    auto done = carry(sink, content.size(), for_ever);
    send(content);
    EXPECT_EQ(done.get(), error_code());
    EXPECT_EQ(sink.takes(), std::vector<std::size_t>(8, RingMemory::most / 2));
    EXPECT_EQ(sink.content(), content);
}

TEST_F(PumpTest, HandsOverTheBlocksThatCameWhenNoMoreComes) {
    const std::string content = content_of(4 * RingMemory::most);
    RecordingSink sink(content.size(), block);
    auto done = carry(sink, content.size(), std::chrono::milliseconds(1));
    const std::size_t there = 3 * block + 10;
    send(std::string_view(content).substr(0, there));
    EXPECT_TRUE(sink.wait_for_content(3 * block));
    send(std::string_view(content).substr(there));
    EXPECT_EQ(done.get(), error_code());
    EXPECT_EQ(sink.content(), content);
}

TEST_F(PumpTest, HandsOverAllThatCameWhenTheConnectionEnds) {
    const std::string content = content_of(3 * block + 10);
    RecordingSink sink(4 * RingMemory::most, block);
    auto done = carry(sink, 4 * RingMemory::most, for_ever);
    send(content);
    source.close();
    EXPECT_EQ(done.get(), boost::asio::error::eof);
    EXPECT_EQ(sink.content(), content);
}

TEST_F(PumpTest, HandsOverPiecesOfABlockThatIsLargerThanTheRing) {
    const std::string content = content_of(2 * RingMemory::least);
    RecordingSink sink(content.size(), 16 * RingMemory::most);
    auto done = carry(sink, content.size(), for_ever);
    send(content);
    EXPECT_EQ(done.get(), error_code());
    EXPECT_EQ(sink.takes(), std::vector<std::size_t>(4, RingMemory::least / 2));
    EXPECT_EQ(sink.content(), content);
}

TEST_F(PumpTest, GivesItsMemoryBack) {
    std::vector<RingMemory::Loan> others;
    for (std::size_t lent = RingMemory::most; lent < RingMemory::plenty; lent += RingMemory::most) {
        others.push_back(service.memory->lend(UINT64_MAX));
    }
    const std::string content = content_of(4 * RingMemory::most);
    RecordingSink sink(content.size(), block);
    auto done = carry(sink, content.size(), for_ever);
    send(std::string_view(content).substr(0, RingMemory::most / 2));
    EXPECT_TRUE(sink.wait_for_content(RingMemory::most / 2));
    EXPECT_EQ(service.memory->lend(UINT64_MAX).size(), RingMemory::least);
    send(std::string_view(content).substr(RingMemory::most / 2));
    EXPECT_EQ(done.get(), error_code());
    EXPECT_EQ(service.memory->lend(UINT64_MAX).size(), RingMemory::most);
}

}  // namespace
}  // namespace gnutella::test
