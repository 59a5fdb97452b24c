#pragma once

#include "store/database.hpp"
#include "store/store.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace gnutella::store {

inline SharedFile file(const std::filesystem::path& path, std::uint8_t content = 1) {
    Sha1 sha1{};
    TigerRoot tiger{};
    sha1.front() = tiger.back() = content;
    return {path.filename().string(), path, 100, -5, Urn(sha1, tiger)};
}

inline DownloadRecord download(const std::filesystem::path& folder, std::uint8_t content = 1) {
    DownloadRecord record;
    record.id.bytes.fill(content);
    record.urn = file("/s/x", content).urn;
    record.folder = folder;
    record.name = "name";
    record.size = 5'000'000'000;
    Hit hit;
    hit.name = "source's name";
    hit.size = record.size;
    hit.urn = record.urn;
    hit.source = {"192.0.2.1", 8025};
    hit.peer = Guid::parse("00000000-0000-4000-8000-000000000001");
    hit.key.emplace().bytes.fill(7);
    hit.transports = {Transport::quic, Transport::http};
    hit.dialect = Dialect::gnutella;
    hit.index = 4'000'000'000;
    hit.firewalled = true;
    hit.push_proxies = {{"192.0.2.2", 6346}, {"2001:db8::2", 6347}};
    hit.tls = true;
    hit.client = "gtk-gnutella";
    record.sources = {hit};
    return record;
}

/// A store in a folder of its own, by a clock that the test sets.
class Stored : public ::testing::Test {
  protected:
    std::filesystem::path folder() const { return temporary_.path() / "state" / "gnut"; }
    std::filesystem::path database() const { return folder() / "gnutella.sqlite"; }

    std::unique_ptr<Store> open() {
        return Store::open(folder(), error_, [this] { return now_; });
    }

    std::unique_ptr<Database> open_database() {
        std::filesystem::create_directories(folder());
        return Database::open(database(), error_);
    }

    // Damages the pages of the files, and not those of the hosts.
    void damage() const {
        std::fstream stream(database(), std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(3 * 4096);
        stream << std::string(std::filesystem::file_size(database()) - 3 * 4096, 'x');
    }

    test::TemporaryFolder temporary_;
    error_code error_ = Error::stopped;
    std::chrono::system_clock::time_point now_{std::chrono::hours(24 * 20'000)};
};

}  // namespace gnutella::store
