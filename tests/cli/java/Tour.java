// A tour with the AWS SDK for Java 2, of whose services it has STS alone.  Address, region and root's keys come from the environment,
// the rest from its variables TOUR_*.  What each step came to is printed as one JSON object.

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetFederationTokenResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;
import software.amazon.awssdk.services.sts.model.StsException;
import software.amazon.awssdk.services.sts.model.Tag;

public class Tour {
    static final Map<String, Object> told = new LinkedHashMap<>();
    static final String ODD = "Grüße 東京: a+b = 1/2 @home";

    static String given(String name) {
        return System.getenv("TOUR_" + name);
    }

    /** A client of somebody's, told where Wardstead is by `endpointOverride`. */
    static StsClient client(AwsCredentialsProvider whose) {
        URI place = URI.create(System.getenv("AWS_ENDPOINT_URL"));
        return StsClient.builder().region(Region.US_EAST_1).endpointOverride(place).credentialsProvider(whose)
            .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1))).build();
    }

    static StsClient client(String id, String secret) {
        return client(StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret)));
    }

    static StsClient client(Credentials session) {
        return client(StaticCredentialsProvider.create(AwsSessionCredentials.create(
            session.accessKeyId(), session.secretAccessKey(), session.sessionToken())));
    }

    static String who(StsClient client) {
        return client.getCallerIdentity().arn();
    }

    static Map<String, Object> refusal(Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (StsException error) {
            Map<String, Object> said = new LinkedHashMap<>();
            said.put("code", error.awsErrorDetails().errorCode());
            said.put("message", error.awsErrorDetails().errorMessage());
            said.put("status", error.statusCode());
            said.put("type", error.getClass().getSimpleName());
            said.put("request", error.requestId());
            return said;
        }
        return Map.of("code", "not refused");
    }

    static AssumeRoleRequest.Builder taking(String role) {
        return AssumeRoleRequest.builder().roleArn(given(role)).roleSessionName("tour");
    }

    /** In how many minutes something expires, and whether it does at all. */
    static long minutes(Instant expiry) {
        return Math.round(Duration.between(Instant.now(), expiry).toSeconds() / 60.0);
    }

    static void roles(StsClient dave) throws Exception {
        told.put("untrusted", refusal(() -> dave.assumeRole(taking("ROLE").build())));
        AssumeRoleResponse taken = dave.assumeRole(taking("ROLE").externalId("agreed").durationSeconds(900)
            .tags(Tag.builder().key("note").value(ODD).build()).build());
        told.put("role", taken.assumedRoleUser().arn());
        told.put("expires", minutes(taken.credentials().expiration()));
        told.put("taken", who(client(taken.credentials())));
        try (StsAssumeRoleCredentialsProvider provider = StsAssumeRoleCredentialsProvider.builder().stsClient(dave)
                .refreshRequest(taking("ROLE").externalId("agreed").build()).build()) {
            told.put("provided", who(client(provider)));
        }
        told.put("profile", who(client(ProfileCredentialsProvider.create("deploy"))));
        told.put("garbled", refusal(() -> dave.assumeRole(
            taking("ROLE").externalId("agreed").policy("{\"Version\": \"2012-10-17\"").build())));
        told.put("short", refusal(() -> dave.assumeRole(taking("ROLE").durationSeconds(60).build())));
    }

    static void codes(StsClient dave) throws Exception {
        told.put("uncoded", refusal(() -> dave.assumeRole(taking("STRONG_ROLE").build())));
        AssumeRoleRequest.Builder coded = taking("STRONG_ROLE").serialNumber(given("SERIAL")).tokenCode(given("CODE"));
        told.put("coded", dave.assumeRole(coded.build()).assumedRoleUser().arn());
        told.put("replayed", refusal(() -> dave.assumeRole(coded.build())));
        GetSessionTokenResponse plain = dave.getSessionToken();
        told.put("plain", who(client(plain.credentials())));
        GetSessionTokenResponse strong = dave.getSessionToken(
            r -> r.serialNumber(given("SERIAL_2")).tokenCode(given("CODE_2")).durationSeconds(3600));
        told.put("strong", minutes(strong.credentials().expiration()));
        told.put("chained", client(strong.credentials()).assumeRole(taking("STRONG_ROLE").build()).assumedRoleUser().arn());
    }

    public static void main(String[] arguments) throws Exception {
        StsClient root = StsClient.create();
        StsClient dave = client(given("KEY_ID"), given("SECRET"));
        told.put("root", who(root));
        told.put("dave", who(dave));
        told.put("account", root.getAccessKeyInfo(r -> r.accessKeyId(given("KEY_ID"))).account());
        told.put("denied", refusal(() -> dave.getFederationToken(r -> r.name("visitor"))));
        Map<?, ?> denied = (Map<?, ?>) told.get("denied");
        String why = root.decodeAuthorizationMessage(r -> r.encodedMessage((String) denied.get("request"))).decodedMessage();
        told.put("decoded", new ObjectMapper().readTree(why).get("request").get("action").asText());
        told.put("undecoded", refusal(() -> root.decodeAuthorizationMessage(r -> r.encodedMessage("nonsense"))));
        told.put("forged", refusal(() -> who(client(given("KEY_ID"), "wrong"))));
        told.put("unknown", refusal(() -> who(client("AKIAAAAAAAAAAAAAAAAA", "wrong"))));
        GetFederationTokenResponse visitor = root.getFederationToken(
            r -> r.name("visitor").durationSeconds(900).tags(Tag.builder().key("note").value(ODD).build()));
        told.put("visitor", who(client(visitor.credentials())));
        roles(dave);
        codes(dave);
        System.out.println(new ObjectMapper().writeValueAsString(told));
    }
}
