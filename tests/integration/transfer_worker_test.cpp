#include "swarm_source.hpp"

#include "net/kept_connections.hpp"
#include "net/source_dialler.hpp"
#include "net/source_worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

// One source of a swarm.

namespace gnutella::test {
namespace {

// Reaches a source, for the second time when the swarm has just had enough of it.
class OvertakenWhileDialled {
  public:
    using Stream = net::TcpDialler::Stream;
    static constexpr Transport transport = net::TcpDialler::transport;

    OvertakenWhileDialled(net::TcpDialler& dialler, net::Swarm::Member& member) : dialler_(dialler), member_(member) {}

    boost::asio::awaitable<net::TcpDialler::Dialled> dial(const Hit& hit) {
        auto dialled = co_await dialler_.dial(hit);
        if (++dials_ == 2) {
            member_.stop = transfer::PlannerActions::StopReason::overtaken;
        }
        co_return dialled;
    }

  private:
    net::TcpDialler& dialler_;
    net::Swarm::Member& member_;
    int dials_ = 0;
};

TEST(SourceWorker, EndsWhereItsSourceIsWantedNoMoreByTheTimeItIsReached) {
    constexpr std::size_t piece = 64 * 1024;
    const std::string content = content_of(megabyte);
    // Its second answer would never end.
    SwarmSource source(content, {.stalls_after = piece, .says = "Connection: close\r\n", .most_at_once = piece});
    const Hit hit = source.hit();
    const HashTree tree = SwarmSource::hash(content).tree;
    const TemporaryFolder folder;
    Threads threads;
    const boost::asio::any_io_executor strand = boost::asio::make_strand(threads.context());
    net::DiskPool disk(1);
    net::DownloadService service;
    service.disk = disk.queue();
    service.limit = std::make_shared<net::BandwidthLimit>(0);
    service.parts = std::make_shared<net::PartRegistry>();
    error_code error;
    auto part = transfer::PartFile::open(folder.path(), hit.name, *hit.urn, error);
    ASSERT_FALSE(error);
    transfer::SourcePool sources(*hit.urn, {});
    sources.add(hit);
    net::SourceDialler reaching(strand, service);
    net::Swarm::Callbacks callbacks;
    callbacks.received = [](std::size_t, Transport) {};
    net::Swarm swarm({service, strand, *hit.urn, tree, *part, sources, reaching, patience},
                     transfer::BlockMap(tree.layout()), std::move(callbacks));
    net::Swarm::Member member(0, sources, strand);
    net::TcpDialler::Comers comers;
    net::KeptConnections kept(strand);
    net::TcpDialler tcp(strand, patience, nullptr, comers, kept);
    OvertakenWhileDialled dialler(tcp, member);
    const auto attempt =
        get(boost::asio::co_spawn(strand, net::work_for(swarm, member, dialler), boost::asio::use_future));
    EXPECT_EQ(attempt.error, Error::source_timed_out);
    EXPECT_EQ(source.requests(), 1U);
    EXPECT_EQ(source.sent(), piece);
}

}  // namespace
}  // namespace gnutella::test
