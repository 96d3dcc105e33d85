import software.amazon.dynamodb.services.local.main.ServerRunner;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** DynamoDB Local listens on every interface and has no option against it: here it listens on loopback alone. */
class OnLoopback {
    public static void main(String[] arguments) throws Exception {
        var proxy = ServerRunner.createServerFromCommandLineArgs(arguments);
        var field = proxy.getClass().getDeclaredField("server");
        field.setAccessible(true);
        for (var connector : ((Server) field.get(proxy)).getConnectors()) {
            ((ServerConnector) connector).setHost("127.0.0.1");
        }
        proxy.start();
        proxy.join();
    }
}
