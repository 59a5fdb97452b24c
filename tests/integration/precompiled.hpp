#pragma once

// Of others' headers alone: cmake/GnutellaCompiler.cmake says why.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>

#include <gtest/gtest.h>
