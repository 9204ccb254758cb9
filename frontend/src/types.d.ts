declare module "idiomorph/dist/idiomorph-ext.esm.js";
