import common from "./zh-CN/common.json";
import frame from "./zh-CN/frame.json";
import overview from "./zh-CN/overview.json";
import buckets from "./zh-CN/buckets.json";
import uploads from "./zh-CN/uploads.json";
import runners from "./zh-CN/runners.json";
import settings from "./zh-CN/settings.json";
import signIn from "./zh-CN/sign-in.json";
import errors from "./zh-CN/errors.json";
import datasets from "./zh-CN/datasets.json";
import labelling from "./zh-CN/labelling.json";
import jobs from "./zh-CN/jobs.json";
import autoLearn from "./zh-CN/auto-learn.json";
import models from "./zh-CN/models.json";
import endpoints from "./zh-CN/endpoints.json";
import charts from "./zh-CN/charts.json";

export default { common, frame, overview, buckets, uploads, runners, settings, signIn, errors, datasets, labelling, jobs, autoLearn, models, endpoints, charts };
