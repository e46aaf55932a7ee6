package io.sluice.bench.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;

/**
 * A TCP proxy as Netty's own documentation builds one: two handlers that write what the other side
 * reads, stopped by the writability of the other channel.
 */
public final class NettyProxy {

  private static final int BACKLOG = 4096;

  private NettyProxy() {}

  /** Listens until the process is ended: HOST PORT TARGET_HOST TARGET_PORT THREADS. */
  public static void main(String[] args) throws InterruptedException {
    InetSocketAddress local = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    InetSocketAddress target = new InetSocketAddress(args[2], Integer.parseInt(args[3]));
    int threads = Integer.parseInt(args[4]);
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory());
    ServerBootstrap server =
        new ServerBootstrap()
            .group(group)
            .channel(EpollServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Relay.ClientSide(target));
                  }
                });
    server.bind(local).sync().channel().closeFuture().sync();
  }
}
