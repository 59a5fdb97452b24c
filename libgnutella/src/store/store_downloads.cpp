#include "store/database.hpp"

#include "store/blob.hpp"
#include "store/dialect_name.hpp"
#include "store/leaves.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <cstring>

// The part of the store that remembers downloads.

namespace gnutella::store {

namespace {

template <class Value>
std::optional<Value> value_of(std::span<const std::byte> bytes) {
    Value value{};
    if (bytes.size() != sizeof value) {
        return std::nullopt;
    }
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

std::string text_of(std::span<const Endpoint> endpoints) {
    std::string text;
    for (const Endpoint& endpoint : endpoints) {
        text += text.empty() ? "" : " ";
        text += endpoint.to_string();
    }
    return text;
}

std::vector<Endpoint> endpoints_of(std::string_view text) {
    std::vector<Endpoint> endpoints;
    while (!text.empty()) {
        const std::size_t space = std::min(text.find(' '), text.size());
        if (auto endpoint = Endpoint::parse(text.substr(0, space))) {
            endpoints.push_back(*std::move(endpoint));
        }
        text.remove_prefix(std::min(space + 1, text.size()));
    }
    return endpoints;
}

std::vector<Hit> sources_of(Database& database, const DownloadRecord& download, error_code& error) {
    Statement rows(database,
                   "SELECT name, size, host, port, peer, key, transports, dialect, number, firewalled, push_proxies, "
                   "tls, client FROM download_sources WHERE download = ?",
                   error);
    std::vector<Hit> sources;
    if (error) {
        return sources;
    }
    rows.bind(bytes_of(download.id));
    while (rows.step(error)) {
        Hit hit;
        hit.name = rows.text(0);
        hit.size = static_cast<std::uint64_t>(rows.number(1));
        hit.urn = download.urn;
        hit.source = {std::string(rows.text(2)), static_cast<std::uint16_t>(rows.number(3))};
        hit.peer = value_of<Guid>(rows.bytes(4));
        hit.key = value_of<KeyHash>(rows.bytes(5));
        for (const std::byte transport : rows.bytes(6)) {
            if (transport <= std::byte{static_cast<std::uint8_t>(Transport::http)}) {
                hit.transports.push_back(static_cast<Transport>(transport));
            }
        }
        hit.dialect = dialect_named(rows.text(7)).value_or(Dialect::json);
        hit.index = static_cast<std::uint32_t>(rows.number(8));
        hit.firewalled = rows.number(9) != 0;
        hit.push_proxies = endpoints_of(rows.text(10));
        hit.tls = rows.number(11) != 0;
        hit.client = rows.text(12);
        sources.push_back(std::move(hit));
    }
    return sources;
}

bool is_known(Database& database, const Guid& id, error_code& error) {
    Statement row(database, "SELECT 1 FROM downloads WHERE id = ?", error);
    return !error && row.bind(bytes_of(id)).step(error);
}

void clear_sources(Database& database, const Guid& id, error_code& error) {
    Statement clear(database, "DELETE FROM download_sources WHERE download = ?", error);
    if (!error) {
        clear.run(error, bytes_of(id));
    }
}

}  // namespace

template <class... Values>
void Store::run(const char* statement, const Values&... values) {
    const std::scoped_lock lock(mutex_);
    error_code error = Error::state_unusable;
    if (database() != nullptr) {
        error = {};
        Statement prepared(*database(), statement, error);
        if (!error) {
            prepared.run(error, values...);
        }
    }
    wrote(error);
}

std::vector<DownloadRecord> Store::downloads(std::size_t most) {
    const std::scoped_lock lock(mutex_);
    std::vector<DownloadRecord> downloads;
    if (database() == nullptr) {
        return downloads;
    }
    error_code error;
    {
        Statement rows(*database(),
                       "SELECT id, urn, folder, name, when_there, size, paused, blocks, leaves FROM downloads "
                       "ORDER BY position LIMIT ?",
                       error);
        if (!error) {
            rows.bind(static_cast<std::int64_t>(most));
        }
        while (!error && rows.step(error)) {
            DownloadRecord download;
            const auto id = value_of<Guid>(rows.bytes(0));
            const auto urn = Urn::parse(rows.text(1));
            if (!id || !urn) {
                continue;
            }
            download.id = *id;
            download.urn = *urn;
            const auto folder = rows.bytes(2);
            download.folder = std::string(reinterpret_cast<const char*>(folder.data()), folder.size());
            download.name = rows.text(3);
            download.when_there = rows.number(4);
            download.size = static_cast<std::uint64_t>(rows.number(5));
            download.paused = rows.number(6) != 0;
            const auto blocks = rows.bytes(7);
            download.blocks.assign(blocks.begin(), blocks.end());
            download.leaves = leaves_of(rows.bytes(8));
            downloads.push_back(std::move(download));
        }
        for (auto& download : downloads) {
            download.sources = sources_of(*database(), download, error);
        }
    }
    replace_when_corrupt();
    return downloads;
}

bool Store::has_download(const Guid& id) {
    const std::scoped_lock lock(mutex_);
    error_code error;
    return database() != nullptr && is_known(*database(), id, error);
}

error_code Store::add_download(const DownloadRecord& download) {
    const std::scoped_lock lock(mutex_);
    error_code error = Error::state_unusable;
    if (database() != nullptr) {
        Transaction transaction(*database(), error);
        Statement insert(*database(),
                         "INSERT OR REPLACE INTO downloads (id, position, urn, folder, name, when_there, size, paused, "
                         "blocks, leaves) VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM downloads), ?, ?, ?, "
                         "?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
                         "when_there = excluded.when_there, paused = excluded.paused",
                         error);
        if (!error) {
            insert.run(error, bytes_of(download.id), std::string_view(download.urn.to_string()),
                       bytes_of(download.folder), std::string_view(download.name), download.when_there,
                       static_cast<std::int64_t>(download.size), std::int64_t{download.paused},
                       std::span<const std::byte>(download.blocks), std::as_bytes(std::span(download.leaves)));
        }
        clear_sources(*database(), download.id, error);
        insert_sources(*database(), download.id, download.sources, error);
        if (!error) {
            // Of a download that this one has taken the place of.
            database()->execute("DELETE FROM download_sources WHERE download NOT IN (SELECT id FROM downloads)", error);
        }
        if (!error) {
            transaction.commit(error);
        }
    }
    wrote(error);
    return error;
}

void Store::insert_sources(Database& database, const Guid& id, std::span<const Hit> sources, error_code& error) {
    Statement insert(database,
                     "INSERT INTO download_sources (download, name, size, host, port, peer, key, transports, dialect, "
                     "number, firewalled, push_proxies, tls, client) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     error);
    for (auto hit = sources.begin(); hit != sources.end() && !error; ++hit) {
        if (hit->content) {
            continue;  // it is whole already, and too large for here
        }
        const std::span<const std::byte> peer = hit->peer ? bytes_of(*hit->peer) : std::span<const std::byte>{};
        const std::span<const std::byte> key =
            hit->key ? std::as_bytes(std::span(hit->key->bytes)) : std::span<const std::byte>{};
        insert.run(error, bytes_of(id), std::string_view(hit->name), static_cast<std::int64_t>(hit->size),
                   std::string_view(hit->source.host), std::int64_t{hit->source.port}, peer, key,
                   std::as_bytes(std::span(hit->transports)), to_string(hit->dialect), std::int64_t{hit->index},
                   std::int64_t{hit->firewalled}, std::string_view(text_of(hit->push_proxies)), std::int64_t{hit->tls},
                   std::string_view(hit->client));
    }
}

void Store::keep_download_size(const Guid& id, std::uint64_t size) {
    run("UPDATE downloads SET size = ? WHERE id = ?", static_cast<std::int64_t>(size), bytes_of(id));
}

void Store::keep_download_state(const Guid& id, bool paused) {
    run("UPDATE downloads SET paused = ? WHERE id = ?", std::int64_t{paused}, bytes_of(id));
}

void Store::keep_download_blocks(const Guid& id, std::span<const std::byte> blocks) {
    run("UPDATE downloads SET blocks = ? WHERE id = ?", blocks, bytes_of(id));
}

void Store::keep_download_leaves(const Guid& id, std::span<const TigerRoot> leaves) {
    run("UPDATE downloads SET leaves = ? WHERE id = ?", std::as_bytes(leaves), bytes_of(id));
}

void Store::keep_download_sources(const Guid& id, std::span<const Hit> sources) {
    const std::scoped_lock lock(mutex_);
    error_code error = Error::state_unusable;
    if (database() != nullptr) {
        Transaction transaction(*database(), error);
        if (is_known(*database(), id, error)) {
            clear_sources(*database(), id, error);
            insert_sources(*database(), id, sources, error);
            if (!error) {
                transaction.commit(error);
            }
        }
    }
    wrote(error);
}

void Store::forget_download(const Guid& id) {
    run("DELETE FROM downloads WHERE id = ?", bytes_of(id));
    run("DELETE FROM download_sources WHERE download = ?", bytes_of(id));
}

}  // namespace gnutella::store
