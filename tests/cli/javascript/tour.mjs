// A tour with the JavaScript SDK.  Address and keys come from the environment, as docs/clients.md says; what each step came to
// is printed as one JSON object.
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DetachUserPolicyCommand,
  GetAccountSummaryCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListUserPoliciesCommand,
  ListUsersCommand,
  NoSuchEntityException,
  paginateListUsers,
  PutRolePolicyCommand,
  waitUntilUserExists,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
const ODD = "Grüße 東京: a+b = 1/2 @home";
const ODDER = `Für "Dave" & <others>: 100% + ~*'`;
const once = { maxAttempts: 1 };
const policy = (statement) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

async function refusal(promise) {
  try {
    await promise;
    return { code: "nothing was refused" };
  } catch (error) {
    return {
      code: error.Code,
      message: error.message,
      status: error.$metadata.httpStatusCode,
      typed: error instanceof NoSuchEntityException,
      known: Boolean(error.$metadata.requestId),
    };
  }
}

const root = new IAMClient(once);
const told = { root: (await new STSClient(once).send(new GetCallerIdentityCommand({}))).Arn };

for (const UserName of ["dave", "erin", "fred"])
  await root.send(new CreateUserCommand({ UserName, Path: "/staff/", Tags: [{ Key: "note", Value: ODD }] }));
told.waited = (await waitUntilUserExists({ client: root, maxWaitTime: 5 }, { UserName: "dave" })).state === "SUCCESS";
told.pages = [];
for await (const page of paginateListUsers({ client: root, pageSize: 1 }, { PathPrefix: "/staff/" }))
  told.pages.push(page.Users.map((user) => user.UserName));
const { User: dave } = await root.send(new GetUserCommand({ UserName: "dave" }));
told.note = dave.Tags[0].Value === ODD;
told.date = Math.abs(Date.now() - dave.CreateDate) < 60_000;
told.none = (await root.send(new ListUserPoliciesCommand({ UserName: "dave" }))).PolicyNames;
told.users = (await root.send(new GetAccountSummaryCommand({}))).SummaryMap.Users;

const { AccessKey: key } = await root.send(new CreateAccessKeyCommand({ UserName: "dave" }));
const credentials = { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
const his = new IAMClient({ ...once, credentials });
told.denied = await refusal(his.send(new ListUsersCommand({})));
await root.send(new AttachUserPolicyCommand({ UserName: "dave", PolicyArn: READ_ONLY }));
told.allowed = (await his.send(new ListUsersCommand({}))).Users.length;
await root.send(new DetachUserPolicyCommand({ UserName: "dave", PolicyArn: READ_ONLY }));
told.again = (await refusal(his.send(new ListUsersCommand({})))).code;

told.absent = await refusal(root.send(new GetUserCommand({ UserName: "nobody" })));
told.present = (await refusal(root.send(new CreateUserCommand({ UserName: "Dave" })))).code;
told.invalid = (await refusal(root.send(new CreateUserCommand({ UserName: "not valid" })))).code;
const thief = new IAMClient({ ...once, credentials: { ...credentials, secretAccessKey: "wrong" } });
told.forged = (await refusal(thief.send(new ListUsersCommand({})))).code;

const { VirtualMFADevice: device } = await root.send(
  new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "dave" }),
);
told.seed = /^[A-Z2-7]{32,}$/.test(Buffer.from(device.Base32StringSeed).toString());
told.picture = Buffer.from(device.QRCodePNG).subarray(1, 4).toString();

const { Role: role } = await root.send(
  new CreateRoleCommand({
    RoleName: "reader",
    Description: ODDER,
    AssumeRolePolicyDocument: policy({ Action: "sts:AssumeRole", Principal: { AWS: dave.Arn } }),
  }),
);
await root.send(
  new PutRolePolicyCommand({
    RoleName: "reader",
    PolicyName: "reads",
    PolicyDocument: policy({ Action: "iam:List*", Resource: "*" }),
  }),
);
const { Role: seen } = await root.send(new GetRoleCommand({ RoleName: "reader" }));
told.trusted = JSON.parse(decodeURIComponent(seen.AssumeRolePolicyDocument)).Statement[0].Principal.AWS === dave.Arn;
told.description = seen.Description === ODDER;
const taken = await new STSClient({ ...once, credentials }).send(
  new AssumeRoleCommand({ RoleArn: role.Arn, RoleSessionName: "tour", DurationSeconds: 900 }),
);
const session = {
  accessKeyId: taken.Credentials.AccessKeyId,
  secretAccessKey: taken.Credentials.SecretAccessKey,
  sessionToken: taken.Credentials.SessionToken,
};
told.expires = Math.round((taken.Credentials.Expiration - Date.now()) / 60_000);
told.session = (await new STSClient({ ...once, credentials: session }).send(new GetCallerIdentityCommand({}))).Arn;
told.reads = (await new IAMClient({ ...once, credentials: session }).send(new ListUsersCommand({}))).Users.length;

console.log(JSON.stringify(told));
