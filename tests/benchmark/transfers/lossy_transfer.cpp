// A download from node to node over QUIC through a bad network (tests/integration/lossy_relay.hpp), beside the same
// through one that only takes its time:
//
//     lossy_transfer [MEBIBYTES]

#include "lossy_relay.hpp"
#include "node.hpp"

#include <cstdio>
#include <string>

namespace gnutella::test {
namespace {

double fetch(const Endpoint& from, const Hit& hit, Node& client) {
    Hit through = hit;
    through.source = from;
    const DownloadedFile file =
        client->async_download(through, client.downloads().path(), boost::asio::use_future).get();
    if (file.transport != Transport::quic || file.verification != Verification::verified) {
        throw std::runtime_error("it did not come over QUIC, verified");
    }
    std::filesystem::remove(file.path);
    return static_cast<double>(file.bytes) / file.seconds.count();
}

void compare(std::size_t mebibytes) {
    Threads threads;
    Node server(threads);
    std::string content(mebibytes << 20, '\0');
    std::mt19937_64 random(1);
    for (std::size_t at = 0; at + sizeof(std::uint64_t) <= content.size(); at += sizeof(std::uint64_t)) {
        const std::uint64_t bytes = random();
        std::memcpy(content.data() + at, &bytes, sizeof bytes);
    }
    server.share().write("file.bin", content);
    server.start();
    Node client(threads);
    client.start();
    client.connect(server);
    const Hit hit = client.first_hit("file").value();

    LossyRelay::Conditions good;
    good.loss = 0;
    good.late = 0;
    const LossyRelay slow(threads, server.endpoint(), good);
    const double without = fetch(slow.endpoint(), hit, client);
    const LossyRelay lossy(threads, server.endpoint(), LossyRelay::Conditions{});
    const double with = fetch(lossy.endpoint(), hit, client);
    const auto counts = lossy.counts();
    std::printf("40 ms round trip, nothing lost:                  %6.1f MB/s\n", without / 1e6);
    std::printf(
        "40 ms round trip, 1%% lost, 2%% overtaken:          %6.1f MB/s (%llu of %llu datagrams lost, %llu late)\n",
        with / 1e6, static_cast<unsigned long long>(counts.lost),
        static_cast<unsigned long long>(counts.lost + counts.forwarded), static_cast<unsigned long long>(counts.late));
}

}  // namespace
}  // namespace gnutella::test

int main(int argc, char* argv[]) {
    gnutella::test::compare(argc > 1 ? std::stoul(argv[1]) : 64);
}
