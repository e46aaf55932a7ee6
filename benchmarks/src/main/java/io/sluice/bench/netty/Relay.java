package io.sluice.bench.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/**
 * One end of a session: what it reads is written to the peer, which is on the same event loop.
 * Reading stops while the peer's outbound buffer is above its high water mark. A FIN is passed on
 * as a FIN, a failure as a reset.
 */
// A failed write comes back as exceptionCaught, because its promise is void; a failed close or
// shutdown means that the connection is gone, which is what was wanted.
@SuppressWarnings("FutureReturnValueIgnored")
class Relay extends ChannelInboundHandlerAdapter {

  private Channel peer;
  private boolean ended;

  Relay(Channel peer) {
    this.peer = peer;
  }

  /** The end that was accepted: connects to the target before it reads. */
  static final class ClientSide extends Relay {

    private final InetSocketAddress target;

    ClientSide(InetSocketAddress target) {
      super(null);
      this.target = target;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      Channel client = context.channel();
      ChannelFuture connected =
          new Bootstrap()
              .group(client.eventLoop())
              .channel(EpollSocketChannel.class)
              .option(ChannelOption.TCP_NODELAY, true)
              .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
              .option(ChannelOption.AUTO_READ, false)
              .handler(new Relay(client))
              .connect(target);
      join(connected.channel());
      connected.addListener(
          (ChannelFutureListener)
              future -> {
                if (future.isSuccess()) {
                  client.config().setAutoRead(true);
                  future.channel().config().setAutoRead(true);
                } else {
                  reset(client);
                }
              });
    }
  }

  final void join(Channel other) {
    peer = other;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    peer.write(message, peer.voidPromise());
    if (!peer.isWritable()) {
      context.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    peer.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    peer.config().setAutoRead(context.channel().isWritable());
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ended = true;
      peer.flush();
      ((SocketChannel) peer).shutdownOutput();
      if (((SocketChannel) context.channel()).isOutputShutdown()) {
        context.close();
        peer.close();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!ended) {
      peer.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    reset(context.channel());
    reset(peer);
  }

  static void reset(Channel channel) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }
}
