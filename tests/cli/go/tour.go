// A tour with the Go SDK.  Region and keys come from the environment; the address does too, by a resolver of our own, since the
// SDK of Debian 12 is older than AWS_ENDPOINT_URL.  What each step came to is printed as one JSON object.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	readOnly = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
	odd      = "Grüße 東京: a+b = 1/2 @home"
	odder    = `Für "Dave" & <others>: 100% + ~*'`
)

var ctx = context.Background()

func must[T any](answer T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return answer
}

// place says where Wardstead is, and that nothing is tried twice.
func place(provider aws.CredentialsProvider) aws.Config {
	resolver := aws.EndpointResolverWithOptionsFunc(func(service, region string, _ ...any) (aws.Endpoint, error) {
		return aws.Endpoint{URL: os.Getenv("AWS_ENDPOINT_URL"), SigningRegion: region}, nil
	})
	return must(config.LoadDefaultConfig(ctx, config.WithEndpointResolverWithOptions(resolver),
		config.WithCredentialsProvider(provider),
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} })))
}

func policy(statement map[string]any) *string {
	statement["Effect"] = "Allow"
	text := must(json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}}))
	return aws.String(string(text))
}

func refusal(err error) map[string]any {
	var api smithy.APIError
	var answer *smithyhttp.ResponseError
	var absent *types.NoSuchEntityException
	if !errors.As(err, &api) || !errors.As(err, &answer) {
		return map[string]any{"code": fmt.Sprint(err)}
	}
	return map[string]any{
		"code":    api.ErrorCode(),
		"message": api.ErrorMessage(),
		"status":  answer.HTTPStatusCode(),
		"typed":   errors.As(err, &absent),
		"known":   strings.Contains(err.Error(), "RequestID: ") && !strings.Contains(err.Error(), "RequestID: ,"),
	}
}

func listed(client *iam.Client) (int, error) {
	answer, err := client.ListUsers(ctx, &iam.ListUsersInput{})
	if err != nil {
		return 0, err
	}
	return len(answer.Users), nil
}

func caller(client *sts.Client) string {
	return *must(client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})).Arn
}

func main() {
	told := map[string]any{}
	shared := place(nil)
	root := iam.NewFromConfig(shared)
	told["root"] = caller(sts.NewFromConfig(shared))

	for _, name := range []string{"dave", "erin", "fred"} {
		tags := []types.Tag{{Key: aws.String("note"), Value: aws.String(odd)}}
		must(root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String(name), Path: aws.String("/staff/"), Tags: tags}))
	}
	named := &iam.GetUserInput{UserName: aws.String("dave")}
	told["waited"] = iam.NewUserExistsWaiter(root).Wait(ctx, named, 5*time.Second) == nil
	names := [][]string{}
	pages := iam.NewListUsersPaginator(root, &iam.ListUsersInput{PathPrefix: aws.String("/staff/"), MaxItems: aws.Int32(1)})
	for pages.HasMorePages() {
		page := []string{}
		for _, user := range must(pages.NextPage(ctx)).Users {
			page = append(page, *user.UserName)
		}
		names = append(names, page)
	}
	told["pages"] = names
	dave := must(root.GetUser(ctx, named)).User
	told["note"] = *dave.Tags[0].Value == odd
	told["date"] = time.Since(*dave.CreateDate).Abs() < time.Minute
	none := must(root.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: dave.UserName})).PolicyNames
	told["none"] = append([]string{}, none...)
	told["users"] = must(root.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})).SummaryMap["Users"]

	key := must(root.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: dave.UserName})).AccessKey
	keys := credentials.NewStaticCredentialsProvider(*key.AccessKeyId, *key.SecretAccessKey, "")
	his := iam.NewFromConfig(place(keys))
	_, err := listed(his)
	told["denied"] = refusal(err)
	must(root.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: dave.UserName, PolicyArn: aws.String(readOnly)}))
	told["allowed"] = must(listed(his))
	must(root.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: dave.UserName, PolicyArn: aws.String(readOnly)}))
	_, err = listed(his)
	told["again"] = refusal(err)["code"]

	_, err = root.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("nobody")})
	told["absent"] = refusal(err)
	_, err = root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("Dave")})
	told["present"] = refusal(err)["code"]
	_, err = root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("not valid")})
	told["invalid"] = refusal(err)["code"]
	_, err = listed(iam.NewFromConfig(place(credentials.NewStaticCredentialsProvider(*key.AccessKeyId, "wrong", ""))))
	told["forged"] = refusal(err)["code"]

	device := must(root.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("dave")})).VirtualMFADevice
	told["seed"] = regexp.MustCompile("^[A-Z2-7]{32,}$").Match(device.Base32StringSeed)
	told["picture"] = string(device.QRCodePNG[1:4])

	trust := policy(map[string]any{"Action": "sts:AssumeRole", "Principal": map[string]string{"AWS": *dave.Arn}})
	role := must(root.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("reader"), Description: aws.String(odder), AssumeRolePolicyDocument: trust})).Role
	reads := policy(map[string]any{"Action": "iam:List*", "Resource": "*"})
	must(root.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role.RoleName, PolicyName: aws.String("reads"), PolicyDocument: reads}))
	seen := must(root.GetRole(ctx, &iam.GetRoleInput{RoleName: role.RoleName})).Role
	told["trusted"] = must(url.QueryUnescape(*seen.AssumeRolePolicyDocument)) == *trust
	told["description"] = *seen.Description == odder
	taking := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(place(keys)), *role.Arn, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "tour"
	})
	session := place(aws.NewCredentialsCache(taking))
	told["session"] = caller(sts.NewFromConfig(session))
	told["expires"] = int(time.Until(must(session.Credentials.Retrieve(ctx)).Expires).Round(time.Minute).Minutes())
	told["reads"] = must(listed(iam.NewFromConfig(session)))

	signed := must(sts.NewPresignClient(sts.NewFromConfig(session)).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
	told["presigned"] = must(http.Get(signed.URL)).StatusCode

	fmt.Println(string(must(json.Marshal(told))))
}
