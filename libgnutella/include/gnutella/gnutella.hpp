#pragma once

#include <gnutella/dialect.hpp>
#include <gnutella/download.hpp>
#include <gnutella/endpoint.hpp>
#include <gnutella/error.hpp>
#include <gnutella/event.hpp>
#include <gnutella/file_hash.hpp>
#include <gnutella/guid.hpp>
#include <gnutella/hit.hpp>
#include <gnutella/key_hash.hpp>
#include <gnutella/log.hpp>
#include <gnutella/magnet.hpp>
#include <gnutella/peer.hpp>
#include <gnutella/query.hpp>
#include <gnutella/role.hpp>
#include <gnutella/session.hpp>
#include <gnutella/session_info.hpp>
#include <gnutella/settings.hpp>
#include <gnutella/shared_file.hpp>
#include <gnutella/statistics.hpp>
#include <gnutella/transport.hpp>
#include <gnutella/urn.hpp>
#include <gnutella/version.hpp>

/// Everything that libgnutella offers. Begin with gnutella::Peer.
namespace gnutella {}
